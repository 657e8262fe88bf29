import { resolve } from 'node:path';
import { invalid, unavailable } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { CollectionSettings, SubmissionFact } from '../domain/facts.ts';
import type { CollectionAccount } from '../ledger/read-ledger.ts';
import { readRequest } from '../poll/read-request.ts';
import { filesName } from '../provider/files.ts';
import { writeRequestFile } from '../provider/request-file.ts';
import type { Store } from '../store/contract.ts';

/** The folder of a hand-in to provider `files`: the one asked for, or that of the collection's last hand-in. Undefined for other providers. */
export function chooseFolder(
  { provider }: CollectionSettings,
  wanted: string | undefined,
  { submissions }: CollectionAccount,
): string | undefined {
  if (provider !== filesName) {
    if (wanted === undefined) return undefined;
    throw invalid(
      'folder-unused',
      `only provider ${filesName} has a folder, this collection is embedded by ${provider}`,
    );
  }
  const last = submissions.flatMap(({ fact }) => fact.batches).findLast(({ folder }) => folder !== undefined)?.folder;
  if (wanted !== undefined) return resolve(wanted);
  if (last !== undefined) return last;
  throw invalid('folder-unstated', `provider ${filesName} needs a folder`, {
    hint: 'say where request files go and answers come from: --folder DIR',
  });
}

/**
 * Writes the request files of a submission. It is committed by then, so nothing here may undo it: what is missing afterwards is written by
 * the next ingest.
 */
export async function writeRequestFiles(
  store: Store,
  { model, dimension }: CollectionSettings,
  submission: Stored<SubmissionFact>,
): Promise<void> {
  for (const entry of submission.fact.batches) {
    const { batchId, folder } = entry;
    if (folder === undefined) continue;
    try {
      const lines = await readRequest(store, { entry, submission });
      await writeRequestFile({ folder, batchId, lines, model, dimension });
    } catch (cause) {
      throw unavailable(
        'requests-unwritten',
        `the records are handed in, but not every request file is written: ${folder}`,
        {
          cause,
          hint: 'do not hand them in again: alluvium ingest writes the missing files',
          details: { folder, batchId },
        },
      );
    }
  }
}
