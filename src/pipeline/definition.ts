/**
 * The pipeline: one Amazon States Language document (https://states-language.net), which runs unchanged on every engine.
 *
 * 1. Steps throw; the document retries by the error's name. No step answers with a status.
 * 2. One failing item never fails a Map: it is caught into a recorder. A failing state is caught into Conclude.
 * 3. Between states travel ids and counts. Work lists are objects under `executions/`.
 * 4. A state with nothing to do passes through: an empty Map, never a shortcut past Conclude.
 * 5. A `Resource` names a step, `arn:alluvium:step:::<step>`; each engine puts its own way to run that step in its place.
 */

const retry = [
  {
    ErrorEquals: ['Unavailable', 'Provider'],
    IntervalSeconds: 1,
    MaxAttempts: 3,
    BackoffRate: 2,
    MaxDelaySeconds: 10,
    JitterStrategy: 'FULL',
  },
] as const;

const concludeOnError = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Conclude' }] as const;

function resource<Name extends string>(name: Name) {
  return `arn:alluvium:step:::${name}` as const;
}

/** A state of its own: its step gets the execution, the round, and the state's name. */
function step<Name extends string, Next extends string>(name: Name, resultPath: string | null, next: Next) {
  return {
    Type: 'Task',
    Resource: resource(name),
    Parameters: { 'executionId.$': '$.executionId', 'round.$': '$.round', state: name, item: 0 },
    ResultPath: resultPath,
    Retry: retry,
    Catch: concludeOnError,
    Next: next,
  } as const;
}

/**
 * The step of one item; what fails for good is recorded, and the Map goes on. Only how it ended is handed on: a Map's results count towards
 * an engine's limits even where they are dropped, and the rest is in the receipt.
 */
function itemProcessor(name: string) {
  return {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: name,
    States: {
      [name]: {
        Type: 'Task',
        Resource: resource(name),
        ResultSelector: { 'outcome.$': '$.outcome' },
        Retry: retry,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: `Record${name}Failure` }],
        End: true,
      },
      [`Record${name}Failure`]: { Type: 'Task', Resource: resource('RecordFailure'), Retry: retry, End: true },
    },
  } as const;
}

/** A Map over item numbers or collection names, `concurrency` at a time. Its results are receipts in the store. */
function map<Name extends string, Next extends string>(
  { itemsPath, stepName, itemField }: { itemsPath: string; stepName: Name; itemField: 'item' | 'collection' },
  next: Next,
) {
  const item = itemField === 'item' ? { 'item.$': '$$.Map.Item.Value' } : collectionItem;
  return {
    Type: 'Map',
    ItemsPath: itemsPath,
    MaxConcurrencyPath: '$.concurrency',
    ItemSelector: { 'executionId.$': '$.executionId', 'round.$': '$.round', state: stepName, ...item },
    ItemProcessor: itemProcessor(stepName),
    ResultPath: null,
    Catch: concludeOnError,
    Next: next,
  } as const;
}

const collectionItem = { 'item.$': '$$.Map.Item.Index', 'collection.$': '$$.Map.Item.Value' };

export const definition = {
  Comment: 'Alluvium: batches of embeddings in, a verified snapshot out',
  StartAt: 'ListPendingBatches',
  States: {
    ListPendingBatches: step('ListPendingBatches', '$.listed', 'PollBatches'),
    PollBatches: map({ itemsPath: '$.listed.items', stepName: 'PollBatch', itemField: 'item' }, 'SplitIntoChunks'),
    SplitIntoChunks: step('SplitIntoChunks', '$.split', 'ProcessChunksInParallel'),
    ProcessChunksInParallel: map(
      { itemsPath: '$.split.items', stepName: 'ProcessChunk', itemField: 'item' },
      'PublishSnapshot',
    ),
    PublishSnapshot: map(
      { itemsPath: '$.listed.collections', stepName: 'PublishCollection', itemField: 'collection' },
      'MarkBatchesComplete',
    ),
    MarkBatchesComplete: map(
      { itemsPath: '$.listed.collections', stepName: 'MarkCollection', itemField: 'collection' },
      'ReviewRound',
    ),
    ReviewRound: step('ReviewRound', '$.review', 'AnythingReturned'),
    AnythingReturned: {
      Type: 'Choice',
      Choices: [{ Variable: '$.review.again', BooleanEquals: true, Next: 'NextRound' }],
      Default: 'Conclude',
    },
    NextRound: {
      Type: 'Pass',
      Parameters: {
        'executionId.$': '$.executionId',
        'concurrency.$': '$.concurrency',
        'listed.$': '$.listed',
        'round.$': '$.review.round',
      },
      Next: 'SplitIntoChunks',
    },
    Conclude: {
      Type: 'Task',
      Resource: resource('Conclude'),
      Parameters: {
        'executionId.$': '$.executionId',
        'round.$': '$.round',
        state: 'Conclude',
        item: 0,
        'context.$': '$',
      },
      ResultPath: '$.conclusion',
      Retry: retry,
      Next: 'JudgeOutcome',
    },
    JudgeOutcome: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.conclusion.outcome', StringEquals: 'Complete', Next: 'Complete' },
        { Variable: '$.conclusion.outcome', StringEquals: 'CompleteWithQuarantine', Next: 'CompleteWithQuarantine' },
        { Variable: '$.conclusion.outcome', StringEquals: 'Inconclusive', Next: 'Inconclusive' },
      ],
      Default: 'Failed',
    },
    Complete: { Type: 'Succeed' },
    CompleteWithQuarantine: { Type: 'Succeed' },
    Inconclusive: { Type: 'Fail', Error: 'Inconclusive', Cause: 'something that was ready is not in the snapshot' },
    Failed: { Type: 'Fail', Error: 'Failed', Cause: 'nothing could be published' },
  },
} as const;
