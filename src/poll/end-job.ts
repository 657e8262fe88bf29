import type { Provider, ProviderRequest } from '../provider/contract.ts';

/** Asks the provider to end what it was asked for before. Null where it knows of nothing. May be repeated. */
export async function endJob(
  provider: Provider,
  request: ProviderRequest,
  signal?: AbortSignal,
): Promise<{ readonly jobId: string } | null> {
  const job = (await provider.find?.(request, { signal })) ?? null;
  if (job !== null) await provider.cancel(job.jobId, { signal });
  return job;
}
