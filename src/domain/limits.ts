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
  /** Lines of an input, blank and bad ones included: a bomb may hold nothing else. */
  inputLinesMax: 16_000_000,
  /** How deep the objects and lists of a record's metadata may lie in each other. */
  metadataDepthMax: 100,
  /** Records of one submission: its ids are held in memory to find repeated ones (about 80 bytes each). */
  recordsPerSubmissionMax: 4_000_000,
  recordsPerBatchMax: 50_000,
  /** A batch closes at the record that brings its request to this size. */
  requestBytesTarget: 32 * 1024 * 1024,
  /** Records whose ids are looked up together during a hand-in. */
  lookupWindowRecords: 5_000,
  /** Such a window closes at the record that brings it to this size. */
  lookupWindowBytesTarget: 32 * 1024 * 1024,
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
  /** Damaged receipts of one chunk that are passed over before it is given up. */
  receiptsPerChunkMax: 10,
  indexBlockEntriesMax: 512,
  /** Blocks of one index (60 KiB each) that lookups keep in memory. */
  indexBlocksCachedMax: 16,

  /** How often a program looks at its memory, and how much of it may be dead buffers before they are collected. */
  memoryCheckMs: 20,
  deadBufferBytesMax: 16 * 1024 * 1024,
  /** One read of a file that was set aside. */
  spoolWindowBytes: 256 * 1024,

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
  /** Passes through SplitIntoChunks that were: each means that somebody else published. */
  lostRoundsMax: 100,
  /** Attempts to read a collection while others publish to it. */
  consistentReadAttemptsMax: 20,
  /** Attempts to commit a version against other publishers within one step. */
  publishAttemptsMax: 100,
  /** Attempts to take the next submission number against other hand-ins. */
  submitAttemptsMax: 1_000,
  workersMax: 64,
  /** Runs of one task that began and never ended, before the task is given up. */
  unendedAttemptsMax: 3,
  /** History events of one page. */
  historyPageEventsMax: 500,
  /** How often the history is written while something happens. */
  historyFlushMs: 250,
  /** How often an execution shows that it lives, although nothing happens. */
  heartbeatMs: 15_000,
  /** An execution that has shown nothing for so long is taken over. */
  takeoverAfterMs: 60_000,

  /** Parallel requests of one step to the store. */
  storeConcurrency: 8,
  listPageMax: 1_000,
  /** One ranged read of a streamed object. */
  readWindowBytes: 4 * 1024 * 1024,
  /** What S3 accepts, and short enough for a path below any sensible root. */
  keyBytesMax: 1_024,
  /** One `/`-separated part of a key: a file name (255) with room for a driver's own prefix. */
  keyPartBytesMax: 240,
  /** Names of one folder that a listing holds in memory; a larger folder is read again for the next ones. */
  folderNamesMax: 100_000,
  /** Folders that a driver remembers to be durable, before it forgets them all. */
  durableFoldersMax: 100_000,
  /** Attempts to claim one key where the file system refuses hard links. */
  claimAttemptsMax: 20,
  claimBackoffMs: 1,
  claimBackoffMaxMs: 200,

  /** Texts of one call to an embedding function. */
  textsPerCallMax: 2_048,
  /** Requests that a provider without jobs of its own remembers; of more, the oldest is forgotten and must be submitted again. */
  immediateJobsMax: 256,
  /** Of those, the ones whose answers were read: a request may hold many megabytes. */
  answeredJobsMax: 8,
  /** A file of answers, or of requests, that has not changed for so long is taken for finished. */
  settleMs: 60_000,
  /** One read of a file of answers. */
  answerWindowBytes: 256 * 1024,
  /** Files of one folder of answers. */
  answerFilesMax: 100_000,
  /** Answers of one folder whose places are held in memory (about 24 bytes each). */
  answerLinesMax: 4_000_000,
  /** Folders of answers that a process remembers; of more, the one looked at longest ago is read again. */
  answerFoldersMax: 16,
  /** Output lines that belong to no record and are listed one by one; the others are counted. */
  straysMax: 1_000,
  /** What a residue row or a stray quotes of a provider. */
  residueMessageCharactersMax: 500,

  queryResultsMax: 1_000,
  /** Ids, keys or lines that a message or report lists before it says how many more there are. */
  examplesMax: 20,
  /** What a message quotes of a user's text before it breaks off. */
  quotedCharactersMax: 80,
} as const;
