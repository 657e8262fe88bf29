/**
 * Every limit of Alluvium, in one place. A loop, queue, page, retry or object without an entry here is a defect.
 *
 * Units stand last in the names. Where a limit is also a setting, this is the largest value the setting accepts.
 */
export const limits = {
  /** A record id, UTF-8. */
  idBytesMax: 32 * 1024,
  /** One line of input: larger ones are refused, not buffered. */
  lineBytesMax: 16 * 1024 * 1024,
  /** A whole input after decompression, so that a gzip bomb ends. */
  inputBytesMax: 64 * 1024 ** 3,
  /** Records of one submission: its ids are held in memory to find repeated ones (about 80 bytes each). */
  recordsPerSubmissionMax: 4_000_000,
  recordsPerBatchMax: 50_000,
  /** Vectors of one batch, which a step holds in memory: records × dimension × 4. */
  batchVectorBytesMax: 64 * 1024 * 1024,
  dimensionMax: 16_384,

  /** A delta; a batch that needs more becomes several parts. */
  deltaBytesMax: 32 * 1024 * 1024,
  blockRowsMax: 256,
  /** A block closes at the row that reaches this; a single larger row still fits. */
  blockBytesTarget: 1024 * 1024,
  deltasPerChunkMax: 1_000,
  /** Deltas of one chunk, which a step holds in memory (one delta always fits). */
  chunkBytesMax: 64 * 1024 * 1024,
  indexBlockEntriesMax: 512,

  /** A JSON object of the store. */
  factBytesMax: 64 * 1024 * 1024,

  /** Attempts to seal one object: the first and three retries. */
  sealAttemptsMax: 4,
  sealBackoffMs: 50,
  sealBackoffMaxMs: 2_000,

  batchesPerExecutionMax: 10_000,
  /** Items of one Map; more work is grouped, so that payloads stay small. */
  mapItemsMax: 100,
  mapConcurrencyMax: 64,
  /** What one state hands to the next, as JSON. */
  payloadBytesMax: 32 * 1024,
  /** Passes through SplitIntoChunks that were not lost to another publisher. */
  roundsMax: 3,
  /** Attempts to commit a version against other publishers within one step. */
  publishAttemptsMax: 100,
  /** Attempts to take the next submission number against other hand-ins. */
  submitAttemptsMax: 1_000,
  workersMax: 64,

  /** Parallel requests of one step to the store. */
  storeConcurrency: 8,
  listPageMax: 1_000,

  queryResultsMax: 1_000,
  /** Ids, keys or lines that a message or report lists before it says how many more there are. */
  examplesMax: 20,
} as const;
