import { definition } from '../pipeline/definition.ts';
import { timestampOf } from '../runtime/clock.ts';
import type { NewEvent } from './history.ts';

/** What the interpreter tells, as far as it is used: its events carry no ids, and repeat whole inputs. */
export interface InterpreterEvent {
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly index?: number;
  readonly state?: InterpretedState;
  readonly parentState?: InterpretedState;
  readonly output?: unknown;
  readonly Error?: string;
}

interface InterpretedState {
  readonly name: string;
  readonly type: string;
  readonly input?: unknown;
}

/** An interpreter's event in the words of Step Functions, with nothing of its payload; none for what tasks tell themselves. */
export function translateEvent(event: InterpreterEvent): NewEvent[] {
  const at = timestampOf(event.timestamp);
  const { type, index, state, parentState } = event;
  if (type.startsWith('Execution')) {
    return [{ type, timestamp: at, details: event.Error === undefined ? {} : { error: event.Error } }];
  }
  if (type.startsWith('MapIteration') && parentState !== undefined && index !== undefined) {
    const details = type === 'MapIterationStarted' ? {} : { outcome: textMember(event.output, 'outcome') };
    return [{ type, timestamp: at, state: parentState.name, round: roundOf(parentState), index, details }];
  }
  if (state === undefined || index !== undefined) return [];
  const common = { timestamp: at, state: state.name, round: roundOf(state) };
  if (type === 'StateEntered') {
    const entered = { ...common, type: `${state.type}StateEntered` };
    return state.type === 'Map' ? [entered, { ...common, type: 'MapStateStarted' }] : [entered];
  }
  if (type === 'StateExited') return [{ ...common, type: `${state.type}StateExited` }];
  return [];
}

/** The Map whose items are this step, or the step itself. */
export function stateOfStep(step: string): string {
  return mapOfStep.get(step) ?? step;
}

const mapOfStep = new Map(
  Object.entries(definition.States).flatMap(([name, state]) =>
    'ItemProcessor' in state ? [[state.ItemProcessor.StartAt, name] as const] : [],
  ),
);

function roundOf({ input }: InterpretedState): number | null {
  const round: unknown = typeof input === 'object' && input !== null && 'round' in input ? input.round : null;
  return typeof round === 'number' ? round : null;
}

function textMember(value: unknown, name: string): string | null {
  const member: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null;
  return typeof member === 'string' ? member : null;
}
