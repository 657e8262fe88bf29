import type { Readable, Writable } from 'node:stream';

/** A stream that may be a screen. */
export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything a command touches of the process it runs in. */
export interface Terminal {
  readonly input: Readable;
  /** Results, and nothing else. */
  readonly output: Screen;
  /** Progress, warnings and errors. */
  readonly messages: Screen;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

export function processTerminal(): Terminal {
  return {
    input: process.stdin,
    output: tolerant(process.stdout),
    messages: tolerant(process.stderr),
    environment: process.env,
    directory: process.cwd(),
  };
}

/** A reader that has seen enough, such as `head`, is no failure of the command. */
function tolerant(stream: Screen): Screen {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return stream;
}
