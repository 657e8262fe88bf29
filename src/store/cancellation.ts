import { AlluviumError } from '../domain/errors.ts';

/** Throws `Canceled` once the signal has fired, whatever reason it was given. */
export function throwIfCanceled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  if (reason instanceof AlluviumError) throw reason;
  throw new AlluviumError({
    kind: 'Canceled',
    code: 'interrupted',
    message: 'the request to the store was interrupted',
    cause: reason,
  });
}
