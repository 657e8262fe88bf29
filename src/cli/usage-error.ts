import type { CommanderError } from 'commander';
import { invalid, type AlluviumError } from '../domain/errors.ts';

/** What commander says of a command line, as our own error: `commander.unknownOption` becomes the code `unknown-option`. */
export function usageError(error: CommanderError): AlluviumError {
  const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const code = error.code.replace(/^commander\./, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return invalid(code, sentence, {
    cause: error,
    hint: suggestion?.replace(/^\(Did (.*)\)$/, 'did $1') ?? 'see `alluvium --help`',
  });
}
