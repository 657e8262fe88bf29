import { AlluviumError } from '../domain/errors.ts';

/** Throws `Canceled` once the signal has fired, whatever reason it was given. */
export function throwIfCanceled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw canceled(signal);
}

/** The work's result, or `Canceled` as soon as the signal fires, even where the work itself takes no notice of it. */
export async function untilCanceled<T>(work: () => T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfCanceled(signal);
  if (signal === undefined) return work();
  const { promise: fired, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(canceled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    // Asynchronous, so that work which throws at once does not keep the race from watching the signal.
    const working = (async () => work())();
    return await Promise.race([working, fired]);
  } catch (error) {
    // Work that does take notice ends with an error of its own, which says less.
    throwIfCanceled(signal);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The error of whatever an interrupt ended. */
export function interrupted(cause?: unknown): AlluviumError {
  return new AlluviumError({
    kind: 'Canceled',
    code: 'interrupted',
    message: 'interrupted; nothing is lost, the same command goes on from here',
    cause,
  });
}

function canceled({ reason }: AbortSignal): AlluviumError {
  return reason instanceof AlluviumError ? reason : interrupted(reason);
}
