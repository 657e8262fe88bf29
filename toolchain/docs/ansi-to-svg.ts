/**
 * A terminal's screen as a picture that looks right in light and dark, at any size, with whatever monospaced font there is.
 *
 * 1. Every run of text is as wide as its cells, whatever the font: columns stay columns.
 * 2. Bars are drawn as rectangles: as letters, they would have gaps.
 */

const cellWidth = 8.4;
const lineHeight = 19;
const fontSize = 14;
const padding = 20;
/** From a line's baseline up to the top of its bars, and their height. */
const barRise = 11;
const barHeight = 12;

interface Run {
  readonly text: string;
  /** CSS classes: colour and weight. */
  readonly style: string;
  readonly column: number;
}

const styles: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
};

/** Plain rules instead of variables, which not every viewer knows. */
const palette = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([name, color]) => `.${name} { fill: ${color}; }`)
    .join(' ');

const sheet = `
  text { font: ${fontSize}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; }
  .bold { font-weight: 700; }
  rect.dim { opacity: 0.35; }
  .paper { stroke: #8b8f94; stroke-opacity: 0.35; }
  text, ${palette({ ink: '#24292f', paper: '#fdfdfc', dim: '#777c82' })}
  ${palette({ red: '#b3261e', green: '#1a7f37', yellow: '#8f5f00', blue: '#0550ae', magenta: '#8250df', cyan: '#0b7285' })}
  @media (prefers-color-scheme: dark) {
    text, ${palette({ ink: '#dfe3e8', paper: '#14181d', dim: '#848d97' })}
    ${palette({ red: '#ff7b72', green: '#56d364', yellow: '#e3b341', blue: '#79c0ff', magenta: '#d2a8ff', cyan: '#4fc3d9' })}
  }
`;

/** `screen` has its colours as SGR sequences, as \`tmux capture-pane -e\` gives it. */
export function ansiToSvg(screen: string, columns: number, title: string): string {
  const lines = screen.trimEnd().split('\n');
  const width = Math.ceil(columns * cellWidth + 2 * padding);
  const height = Math.ceil(lines.length * lineHeight + 2 * padding - (lineHeight - fontSize));
  const body = lines.flatMap((line, row) => drawLine(line, padding + row * lineHeight + fontSize - 2));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<style>${sheet}</style>`,
    `<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function drawLine(line: string, y: number): string[] {
  return runsOf(line)
    .flatMap((run) => split(run))
    .map((run) => drawRun(run, y));
}

function drawRun({ text, style, column }: Run, y: number): string {
  const x = round(padding + column * cellWidth);
  const width = round(text.length * cellWidth);
  const look = style === '' ? '' : ` class="${style}"`;
  if (/^[█░]/.test(text)) return `<rect${look} x="${x}" y="${y - barRise}" width="${width}" height="${barHeight}"/>`;
  return `<text${look} x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`;
}

/** The parts of a line that look alike. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let codes: string[] = [];
  let column = 0;
  // What comes before the first sequence looks as if a reset did.
  for (const part of `m${line}`.split('\u001B[')) {
    const end = part.indexOf('m');
    codes = applied(codes, part.slice(0, end));
    const text = part.slice(end + 1);
    runs.push({ text, style: codes.map((code) => styles[code] ?? '').join(' '), column });
    column += text.length;
  }
  return runs;
}

function applied(codes: readonly string[], sequence: string): string[] {
  let after = [...codes];
  for (const code of sequence.split(';')) {
    if (code === '' || code === '0') after = [];
    else if (code === '22') after = after.filter((each) => each !== '1' && each !== '2');
    else if (code === '39') after = after.filter((each) => !each.startsWith('3'));
    else if (styles[code] !== undefined) after.push(code);
  }
  return after;
}

/** Bars, and words with single spaces between them, each at its column: no run begins or ends with a space, which some viewers drop. */
function split({ text, style, column }: Run): Run[] {
  return [...text.matchAll(/█+|░+|[^ █░]+(?: [^ █░]+)*/gu)].map(({ 0: part, index }) => ({
    text: part,
    style,
    column: column + index,
  }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
