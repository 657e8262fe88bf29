import { Readable, Writable } from 'node:stream';
import type { Screen, Terminal } from '../src/cli/terminal.ts';

/** A terminal that keeps what was written; nobody watches it, so there are no colours and no bars. */
export interface RecordedTerminal extends Terminal {
  readonly written: { output: string; messages: string };
}

export function recordTerminal(terminal: Partial<Terminal> = {}): RecordedTerminal {
  const written = { output: '', messages: '' };
  return {
    input: Readable.from([]),
    output: recordScreen((text) => (written.output += text)),
    messages: recordScreen((text) => (written.messages += text)),
    environment: {},
    directory: process.cwd(),
    ...terminal,
    written,
  };
}

/** A screen of another program's making: `columns` wide where it is watched. */
export function recordScreen(onText: (text: string) => void, columns?: number): Screen {
  const screen = new Writable({
    write(chunk: Buffer, _encoding, done) {
      onText(chunk.toString());
      done();
    },
  });
  return columns === undefined ? screen : Object.assign(screen, { isTTY: true, columns });
}
