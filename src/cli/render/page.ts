import { styleText } from 'node:util';
import type { Screen } from '../terminal.ts';

type Style = Parameters<typeof styleText>[0];

/** What a text for people is written on. */
export interface Page {
  /** In characters. */
  readonly width: number;
  /** Whether a person looks at it now, rather than a file or another program. */
  readonly live: boolean;
  /** Colours a text, where colours are wanted: see https://no-color.org. */
  style(style: Style, text: string): string;
}

/** From here on, tables show what is good to know as well. */
export const roomyWidth = 90;

const defaultWidth = 80;
const plainWidth = 160;

export function pageOn(screen: Screen): Page {
  const live = screen.isTTY === true;
  return {
    width: live ? (screen.columns ?? defaultWidth) : plainWidth,
    live,
    style: (style, text) => styleText(style, text, { stream: screen }),
  };
}

/** A page without colours, such as a file. */
export const plainPage: Page = { width: plainWidth, live: false, style: (_, text) => text };
