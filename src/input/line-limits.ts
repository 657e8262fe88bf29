/** What a reader takes of an input before it refuses it. */
export interface LineLimits {
  /** The longest line, or row of a table. */
  readonly lineBytesMax: number;
  readonly linesMax: number;
}
