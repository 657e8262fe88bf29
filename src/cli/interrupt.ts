import { errorPolicies } from '../domain/errors.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to the process. */
  release(): void;
}

/** The first Ctrl-C (or SIGTERM) aborts the signal, so that the command can stop where nothing is lost; the second ends the process. */
export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(errorPolicies.Canceled.exitCode);
    controller.abort();
    onFirst();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    release: () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  };
}
