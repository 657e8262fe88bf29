import type { LogEvent } from '../../pipeline/events.ts';
import { timestamp } from '../../runtime/clock.ts';
import { type LogLevel, logLevels } from '../../domain/log.ts';
import { oneLine } from './text.ts';

export const logFormats = ['none', 'text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Whether a line of this level is to be seen at the chosen one. */
export function isLogged(level: LogLevel, chosen: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(chosen);
}

/** A line of the log: one JSON object with the documented members, or a text. */
export function logLine({ level, logger, message, fields }: LogEvent, stage: string, format: LogFormat): string {
  const time = timestamp();
  if (format === 'json') return JSON.stringify({ time, level, logger, message, ...fields, stage });
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${oneLine(String(value))}`);
  return [time, level.toUpperCase().padEnd(5), logger, oneLine(message), ...rest].join(' ');
}
