/* oxlint-disable max-lines -- a table, an entry for each code */
import type { ErrorKind } from '../../src/domain/errors.ts';

/** What a code means in this place; and what to do about it, where that is something else than for its whole kind. */
export type CodeGuide = string | readonly [meaning: string, todo: string];

export interface KindGuide {
  /** What to do about any error of this kind. */
  readonly todo: string;
  readonly codes: Readonly<Record<string, CodeGuide>>;
}

/** By kind and code, in Markdown: the words of `docs/errors.md` that the source does not hold. A code without an entry fails a test. */
export const errorGuide: Readonly<Record<ErrorKind, KindGuide>> = {
  Invalid: {
    todo: 'Change what you asked for. The message names the line, flag or setting; nothing was written.',
    codes: {
      'bad-lines': [
        'Several lines of the input cannot become records; the message lists the first of them with their reasons.',
        'Mend the lines. Or leave them out with `--skip-invalid`: the result then counts them as `invalid`.',
      ],
      'batch-state': ['`--state` was given a word that is no state of a batch.', 'The message lists the words.'],
      'collection-differs': [
        'The collection exists with another provider, model, dimension or metric than the flags say.',
        'Leave the flags away, or hand in to another collection: one collection has one kind of vectors, for ever.',
      ],
      'collection-name': [
        'A collection is called by 3 to 63 of `a-z`, `0-9`, `_` and `-`, beginning with a letter or digit.',
        'Choose such a name. Ids of records may be anything; names become parts of keys.',
      ],
      'config-ambiguous': [
        'There are two configuration files in this folder.',
        'Keep one, or choose it with `--config`.',
      ],
      'config-export': [
        'The configuration file exports no object.',
        'Write `export default defineConfig({ … })`; in JSON, an object.',
      ],
      'config-key': ['The configuration has a key that does not exist.', 'The message lists those that do.'],
      'config-load': [
        'The configuration file could not be read, parsed or run; the reason stands below the message.',
        'Mend the file. TypeScript is run as it is, so only syntax that can be stripped works: no `enum`, no `namespace`.',
      ],
      'config-value': ['A value of the configuration has the wrong type.', 'The message says which type is expected.'],
      'conflicting-option': ['Two flags exclude each other.', 'Give one of them.'],
      dimension: [
        'A dimension is a whole number from 1 to 16,384.',
        'Check `--dimension`, or the first vector of the input.',
      ],
      'dimension-unknown': [
        'A collection of ready-made vectors is to be made, and nothing says how long they are.',
        'Give `--dimension`, or let the first record carry its vector.',
      ],
      'document-missing': [
        'A record has neither a document nor a vector.',
        'Give it one, or name the field with `--text-field`.',
      ],
      'document-type': ['A record’s document is not text.', 'Turn it into a string before you hand it in.'],
      duration: ['A duration was not understood.', 'Write `90s`, `10m` or `2h`.'],
      'excess-arguments': ['The command takes fewer arguments.', 'Put quotes around a text with spaces.'],
      'files-space': [
        'A collection that is embedded through files needs a model and a dimension, which no file tells beforehand.',
        'Give `--model` and `--dimension`.',
      ],
      'flag-alone': ['A flag only makes sense beside another one.', 'The message names the other one.'],
      'flags-exclusive': ['Two flags ask for opposite things.', 'Give one of them.'],
      'folder-too-large': [
        'The folder of answers holds more files, or more answers, than can be looked through.',
        'Move the files of batches that are published out of it.',
      ],
      'folder-unstated': ['The provider `files` needs the absolute path of a folder.', 'Give `--folder DIR`.'],
      'folder-unused': [
        'A folder was named for a collection that is not embedded through files.',
        'Leave `--folder` away.',
      ],
      'format-unknown': [
        'The store was written by a version of Alluvium with another format.',
        'Use that version or a newer one. Nothing was changed.',
      ],
      'id-missing': ['A record has no id, or an empty one.', 'Give every record an id of its own.'],
      'id-repeated': [
        'Two lines of one input have the same id and different content, so nobody can say which is meant. (Equal ones count once.)',
        'Keep one of the two lines; the message names both.',
      ],
      'id-too-long': ['An id is longer than 32 KiB in UTF-8.', 'Use a shorter one, such as a hash of it.'],
      'id-type': ['An id is neither a string nor a whole number below 2⁵³.', 'Write it as a string.'],
      'input-csv': [
        'The quotes of a table do not match, so nobody can say where its cells end.',
        'Write a quote inside a cell twice: `"say ""hello"""`.',
      ],
      'input-field': [
        'A line, or the header of a table, lacks a field that a record needs; the message lists the fields it has.',
        'Name yours with `--id-field`, `--text-field` or `--metadata-fields`.',
      ],
      'input-field-type': [
        'A field holds something else than its type allows.',
        'The message says what is expected of it.',
      ],
      'input-file': ['The input is a folder.', 'Name a file, or hand in each file by itself.'],
      'input-format': ['The name of the file does not tell its format.', 'Give `--format jsonl` or `--format csv`.'],
      'input-gzip': [
        'A packed input is damaged, cut short, or not packed at all.',
        'Fetch it again; compare its checksum with that of its source. Nothing of it was handed in.',
      ],
      'input-header': ['A table names a column twice.', 'Rename one of the columns.'],
      'input-json': ['A line is not a JSON object.', 'Mend it, or leave such lines out with `--skip-invalid`.'],
      'input-row': ['A row has more or fewer cells than the header.', 'Look for a comma that is not inside quotes.'],
      'input-too-large': ['The input is larger than 64 GiB when unpacked.', 'Hand it in in several pieces.'],
      'invalid-argument': ['A flag takes one of a few words.', 'The message lists them.'],
      'key-collides': [
        'An object’s key is the beginning of another one’s, up to a `/`, which no folder can hold. Alluvium makes no such keys.',
        'Remove from the store’s folder what does not belong there; `alluvium verify` lists it.',
      ],
      'key-invalid': [
        'A program asked a store for a key that no object can have.',
        'Use the keys that Alluvium makes.',
      ],
      'line-not-utf8': ['A line is not UTF-8.', 'Convert the input: `iconv -t UTF-8`.'],
      'line-too-long': [
        'A line of the input is longer than 16 MiB; it was skipped without being held in memory.',
        'Split its document. In a table, look for a quote that is never closed.',
      ],
      'lone-surrogate': [
        'A text holds half a character (a UTF-16 surrogate without its other half): it has no UTF-8 form.',
        'Mend what cut the text, such as a substring in the middle of an emoji.',
      ],
      'metadata-depth': ['Metadata is nested more than 100 deep.', 'Flatten it, or store it as a text.'],
      'metadata-fields': ['`--metadata-fields` was not understood.', 'Write names with commas between them.'],
      'metadata-number': [
        'Metadata holds a number that JSON cannot hold: infinite, NaN, or a big integer.',
        'Write it as a string.',
      ],
      'metadata-type': ['Metadata is not a JSON object.', 'Wrap it: `{"value": …}`.'],
      'missing-argument': ['The command needs an argument.', '`--help` shows which, with examples.'],
      'missing-mandatory-option-value': ['The command needs a flag.', '`--help` shows which.'],
      'not-a-vector': ['A vector is neither a list of numbers nor base64 of float32.', 'Write a list of numbers.'],
      'not-finite': [
        'A vector holds NaN, an infinity, or a number beyond float32.',
        'Embed the record again, or leave it out.',
      ],
      'option-missing-argument': ['A flag needs a value.', '`--help` shows what it takes.'],
      'path-too-long': [
        'The path of an object is longer than the file system allows.',
        'Put the store into a folder with a shorter path.',
      ],
      'provider-ambiguous': [
        'Several providers of the configuration have this name.',
        'Say which with `--model` or `--dimension`.',
      ],
      'provider-differs': [
        'The provider makes other vectors than the collection holds.',
        'Configure the model and dimension of the collection, or hand in to another collection.',
      ],
      'provider-name-taken': [
        'A provider of the configuration is called like a built-in one.',
        'Give it another name.',
      ],
      'provider-nameless': ['A provider, or its model, has an empty name.', 'Name both: collections keep the names.'],
      'provider-setting': ['A setting of a provider is out of range.', 'The message says the range.'],
      'quarter-length': [
        'A vector has a quarter of the dimension: base64 was decoded as if each byte were a number.',
        'Decode base64 to bytes, and read four of them as one little-endian float32.',
      ],
      'query-input': [
        'A query is a text or a vector, and one of them.',
        '`alluvium query "a text"`, or `--vector "[…]"`.',
      ],
      'query-k': ['The number of results is out of range.', 'Ask for 1 to 1,000.'],
      'query-needs-vector': [
        'The collection’s vectors were handed in ready-made, so nothing here can embed a text as they were.',
        'Embed the text with the same model and query with `--vector`.',
      ],
      'query-vector': [
        'The query vector cannot be used: not a list of numbers, or of another dimension.',
        'The message says which.',
      ],
      'range-invalid': ['A program asked a store for a range that is no range.', 'Use whole numbers from 0.'],
      'records-per-batch': [
        'So many vectors of this dimension do not fit into one batch.',
        'Use a smaller `--records-per-batch`; the message says how many fit.',
      ],
      'setting-range': [
        'A setting is out of range; the message says where it came from.',
        'The message says the range.',
      ],
      'stage-mismatch': [
        'The store belongs to another stage. This keeps a test run away from production.',
        'Use `--stage`, or the store that you meant.',
      ],
      'stage-name': [
        'A stage is called by 3 to 63 of `a-z`, `0-9`, `_` and `-`.',
        'Choose such a name: `dev`, `prod`.',
      ],
      'store-path': [
        'The path of the store is empty, or no path.',
        'Name a folder. Look for a variable of your shell that is not set.',
      ],
      'store-scheme': ['A store is a folder or a `file:` URL.', 'Name a folder.'],
      'store-url': [
        'This `file:` URL names no folder of this machine.',
        'Write `file:///absolute/path`, or the path alone.',
      ],
      'too-many-lines': [
        'The input has more than 16 million lines.',
        'Split the input and hand in the parts one after the other.',
      ],
      'too-many-records': [
        'One submission holds at most 4 million records.',
        'Split the input and hand in the parts one after the other.',
      ],
      'unknown-command': ['There is no such command.', '`alluvium --help` lists all.'],
      'unknown-option': ['The command has no such flag.', '`--help` after the command lists its flags.'],
      'vector-missing': [
        'A record has no vector, and this collection takes ready-made vectors only.',
        'Add the vector, or hand in to a collection with an embedding provider.',
      ],
      'why-id': ['`why` was given no id, or two.', 'Write `alluvium why ID`.'],
      'written-before': ['A date was not understood.', 'Write `2026-07-01` or `2026-07-01T12:00:00Z`.'],
      'wrong-dimension': [
        'A vector is longer or shorter than the collection’s dimension.',
        'Embed the record with the collection’s model.',
      ],
      'zero-vector': [
        'All values of a vector are 0, so it has no direction.',
        'Embed the record again, or leave it out.',
      ],
    },
  },

  NotFound: {
    todo: 'Check the name; the hint lists what there is.',
    codes: {
      'batch-absent': ['No submission names such a batch.', '`alluvium batches list` shows all.'],
      'collection-absent': ['There is no such collection.', 'Check `-c` and `--store`; `alluvium status` shows all.'],
      'config-file': ['There is no file at `--config`.', 'Check the path; it is relative to the working directory.'],
      'delta-absent': ['No batch has such a delta.', '`alluvium deltas list` shows all.'],
      'execution-absent': ['There was no such execution.', '`alluvium executions list` shows all.'],
      'input-file': ['There is no file of this name.', 'Check the path. No store was made.'],
      'job-unknown': [
        'A provider was asked for a job that it does not know. Providers that embed in their own process keep none after its end.',
        'Nothing: the next `alluvium ingest` begins the batch again.',
      ],
      'nothing-published': ['The collection has no published version yet.', 'Run `alluvium ingest`.'],
      'object-absent': ['The store has no object at this key.', 'For a program: ask with `head` first.'],
      'provider-unknown': [
        'No provider has this name. A collection keeps the name of its provider.',
        'List yours under `providers` in the configuration, also on the machine that runs `ingest`.',
      ],
      'record-absent': [
        'No record with this id was ever handed in.',
        'Ids are compared byte by byte: mind case and spaces.',
      ],
      'store-absent': [
        'There is no store at this place.',
        'Hand in records first, or check `--store` and the working directory.',
      ],
      'version-absent': ['The collection has no such version.', '`alluvium snapshots list` shows all.'],
    },
  },

  Conflict: {
    todo: 'Somebody else was faster, and nothing was overwritten. Do it again.',
    codes: {
      'batch-finished': ['The batch is done, so nothing can be canceled.', 'Nothing.'],
      'config-exists': [
        'There is a configuration file already, and `init` overwrites nothing.',
        'Edit it, or remove it first.',
      ],
      'collection-raced': [
        'The collection was created with other settings a moment ago.',
        'Hand in again; check its settings.',
      ],
      'document-changed': [
        'An execution that died was begun with another version of the pipeline. It was closed as `Inconclusive`.',
        'Nothing: a new one goes on from the facts.',
      ],
      'publish-contended': [
        'Others published 100 times in between.',
        'Run `alluvium ingest` again, and fewer of it at once.',
      ],
      'submit-contended': ['Others handed in 1,000 times in between.', 'Hand in again, and less at once.'],
      'task-given-up': [
        'A task had failed for good before its execution was taken over; the message quotes how.',
        'Look up the code that it quotes. The next `alluvium ingest` tries the task anew.',
      ],
      'submit-overtaken': [
        'Another hand-in changed records that this one was about to skip as unchanged. Nothing was handed in.',
        'Hand in again.',
      ],
    },
  },

  Provider: {
    todo: 'Alluvium tries again by itself. If it goes on, look at the provider: its status page, its limits, your key. The batch stays pending.',
    codes: {
      'embedding-failed': [
        'The embedding function of the configuration threw an error; its message stands below.',
        'Mend the function. Its batches are embedded by the next `alluvium ingest`.',
      ],
      'job-failed': [
        'The provider gave up on a whole batch and says why.',
        'Mend the reason, then run `alluvium ingest` again.',
      ],
      'not-a-vector': 'The provider answered a query with something that is no vector.',
      'not-finite': 'The provider answered a query with a vector that holds NaN or an infinity.',
      'quarter-length': 'The provider answered a query with a quarter of a vector: base64 decoded as floats.',
      'wrong-dimension': 'The provider answered a query with a vector of another dimension.',
      'wrong-vector-count': [
        'The embedding function returned more or fewer vectors than it got texts.',
        'Return one vector for each text, in their order.',
      ],
      'zero-vector': 'The provider answered a query with a vector without direction.',
    },
  },

  Unavailable: {
    todo: 'Alluvium tried again, also in a fresh process. Mend the machine, then run the same command again. Nothing is condemned for it, and nothing is lost.',
    codes: {
      'answers-changed': [
        'A file of answers was changed while it was read.',
        'Copy a finished file into the folder under another name, then rename it to `*.jsonl`.',
      ],
      'body-not-taken': 'The store said that an object is written, although it had not read all of it.',
      'child-died': [
        'A worker process ended in the middle of its task; the message says by which signal or exit code.',
        'Look for the kernel’s out-of-memory killer (`dmesg`), and use fewer `--workers`. A task that kills its process three times is given up; the rest goes on.',
      ],
      'child-failed': [
        'A worker process could not be started or reached.',
        'Raise the limits of processes and open files (`ulimit`).',
      ],
      'collection-busy': ['Others published all the time while the account was taken.', 'Try again when it is calmer.'],
      descriptors: [
        'The table of open files is full (`EMFILE`, `ENFILE`; in SQLite, code 14). It says nothing about the files.',
        'Raise `ulimit -n`, or work with a lower `--concurrency`.',
      ],
      'disk-full': [
        'The disk or its quota is full (`ENOSPC`, `EDQUOT`).',
        'Free some space and run the command again: what was acknowledged is safe.',
      ],
      'escrow-differs': 'The provider’s kept answer gave other rows when it was parsed a second time.',
      'file-system': 'The file system failed in a way that has no entry of its own; `details.errno` says how.',
      'folder-absent': [
        'The folder of requests and answers is not there.',
        'Mount it, or make it again: requests that are missing are written anew.',
      ],
      'folder-vanished': [
        'A folder of the store was removed during a write.',
        'Exclude the store from whatever cleans up temporary files.',
      ],
      'input-file': ['The input exists but cannot be read.', 'Check its owner and mode.'],
      'io-error': [
        'The disk reports an error (`EIO`).',
        'Look at the system log before you trust this disk again; then `alluvium verify`.',
      ],
      'key-claimed': [
        'On a file system without hard links, another process is writing this object, or died doing so.',
        'If no process writes to the store, remove the file that the hint names.',
      ],
      'key-taken': 'A key that was never used before holds something already.',
      permission: [
        'The file system does not allow it (`EACCES`, `EPERM`, `EROFS`).',
        'Check the owner and mode of the store, and whether it is mounted read-only.',
      ],
      'read-back-differs': [
        'An object that was just written came back as other bytes, four times in a row. Each was deleted again.',
        'Distrust the disk or the network below the store. The batch stays pending.',
      ],
      'receipts-damaged': [
        'The receipts of one chunk are damaged again and again.',
        'Check the disk, then run `alluvium verify`.',
      ],
      'requests-unwritten': [
        'The records are handed in, but not every request file could be written.',
        'Do not hand them in again: `alluvium ingest` writes the missing files.',
      ],
      'spool-short': [
        'A temporary file, outside of the store, lost what was written to it.',
        'Look at the disk of the temporary folder (`TMPDIR`), and keep others from cleaning it up meanwhile.',
      ],
    },
  },

  Corrupt: {
    todo: 'Run `alluvium verify`: it reads everything and names all that is damaged. Keep the folder as it is, and put the named objects back from a backup. Readers refuse a damaged object, so nothing wrong is served; an `ingest` leaves a damaged delta out and publishes the others.',
    codes: {
      'arrow-undecodable': 'A delta or segment is not the Arrow file that its seal describes.',
      'block-digest': 'A block of a segment has another digest than its table says; `details` tell which rows.',
      'chain-broken': 'A submission or version does not name its predecessor as it is: one of the two was exchanged.',
      'contents-differ': 'A batch’s sidecar and its request disagree about a record’s content.',
      'contents-undecodable': 'A batch’s sidecar cannot be decoded.',
      'dead-rows': 'A deletion vector hides another number of rows than its manifest says.',
      'dead-rows-undecodable': 'A deletion vector cannot be decoded.',
      'delta-rows': 'A delta holds another number of rows than its seal says.',
      'delta-unsealed': 'A delta is not the one that its batch was sealed with.',
      'fact-digest': 'A JSON object’s bytes do not have the digest that it ends with.',
      'fact-incomplete': 'A JSON object does not end with its digest: it was cut, or it is none of ours.',
      'fact-key': 'A JSON object lies under another key than it was written to.',
      'fact-too-large': 'A JSON object is larger than any that Alluvium writes.',
      'fact-undecodable': 'A JSON object with a right digest is no JSON.',
      'index-block': 'A block of an index has another digest than its table says.',
      'index-filter': 'The filter of an index has another digest than its table says.',
      'index-tables': 'The tables of an index have another digest than the manifest says.',
      'ledger-imbalance': [
        'Record versions are missing from the account, so the collection is left alone.',
        'Run `alluvium audit`, which names them, and `alluvium verify`.',
      ],
      'object-digest': 'An object’s bytes have another SHA-256 than the fact that names it says.',
      'object-missing': [
        'An object that a fact names or implies is not there. For `alluvium.json`: the folder is not empty, but it is no store.',
        'Put it back from a backup, or choose another `--store`. What `alluvium verify` lists besides is not harmed by it.',
      ],
      'object-size': 'An object has another size than the fact that names it says.',
      'object-too-short': 'An object ended before the bytes that were asked for.',
      'request-rows': 'A batch’s request holds another number of records than its submission says.',
      'row-digest': 'A row’s vector or text is not what its digest was computed of.',
      'rows-differ': 'The rows of an object are not those that its seal counts.',
    },
  },

  Canceled: {
    todo: 'Nothing is lost: run the same command again, and it goes on from what is there.',
    codes: {
      interrupted: 'Ctrl-C, `SIGTERM`, or a program’s `AbortSignal` ended the command.',
    },
  },

  Internal: {
    todo: 'Please report it, with the whole output. The store is as it was: what is not sealed and named does not exist.',
    codes: {
      'batch-unknown': 'A list of work names a batch that its submission does not.',
      'chunk-imbalance': 'A chunk does not hold the rows that its deltas were sealed with, so it was thrown away.',
      'collection-unstated': 'A task of a collection was started without one.',
      'contents-repeated': 'A sidecar was to hold a record twice.',
      'encode-decode': 'Encoded rows do not decode to themselves, so they were not written.',
      'engine-error': 'The interpreter of the state machine failed.',
      'fact-field': 'A fact was to hold a field that is reserved.',
      'hashes-unsorted': 'Hashes came in the wrong order.',
      'index-block-number': 'A block was asked for that the index does not have.',
      'index-imbalance': 'An index holds other rows than its segment, so it was thrown away.',
      'item-unknown': 'A task was started for an item that is not in the list of work.',
      must: 'A value that must be there is absent.',
      'not-json': 'A value has no JSON form.',
      'outcome-absent': 'An execution ended without an outcome.',
      'publish-imbalance': [
        'A new version would not have held exactly what was added, so it was not published.',
        'Nothing was changed. Run `alluvium verify`, and report it with what that says.',
      ],
      'query-embedding': 'The provider gave no vector for the query.',
      'request-order': 'The lines of a request are numbered wrongly.',
      'request-vector': 'A request holds a vector that its hand-in should have refused.',
      'row-out-of-range': 'A row was asked for that the segment does not have.',
      'row-unwritable': 'A row cannot be written.',
      'rows-unsorted': 'Rows came in the wrong order.',
      unclassified: 'An error that nobody has classified; its own message is shown.',
    },
  },
};

/** Why a record came back without a vector (`residue`). */
export const residueGuide: Readonly<Record<string, string>> = {
  'no-answer': 'Neither the output nor the error file has a line for it.',
  'provider-error': 'The provider failed on it (5xx, 408, 429), or never got to it.',
  'provider-refused': 'The provider refused it: the message quotes why. Change the record and hand it in again.',
  'malformed-answer': 'The provider answered, but not in the format of the Batch API.',
  'not-a-vector': 'The answer’s embedding is neither base64 of float32 nor a list of numbers.',
  'wrong-dimension': 'The vector is longer or shorter than the collection’s dimension.',
  'quarter-length': 'The vector has a quarter of the dimension: base64 was decoded as if each byte were a number.',
  'not-finite': 'The vector holds NaN, an infinity, or a number beyond float32.',
  'zero-vector': 'All values are 0. The local embedder makes no such vector, others do for an empty text.',
};

/** What is odd about a line of a provider’s output that belongs to no record (`strays`): kept and named, never silently skipped. */
export const strayGuide: Readonly<Record<string, string>> = {
  'more-strays': 'There are more than a thousand such lines; the others are counted.',
  'repeated-id': 'A record has answers that differ. The one with the smallest digest stays, whatever their order.',
  'unknown-id': 'The line’s `custom_id` is none of this batch.',
  'unparsable-line': 'The line is no JSON object.',
};
