const grouped = new Intl.NumberFormat('en-US');
const byteUnits = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `23,189` */
export function formatNumber(number: number): string {
  return grouped.format(number);
}

/** `1 record`, `23,189 records`, `2 batches` */
export function formatCount(count: number, noun: string): string {
  const plural = /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : noun.replace(/y$/, 'ie').concat('s');
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** `12.3 MB`, in thousands. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), byteUnits.length - 1);
  const value = power === 0 ? formatNumber(bytes) : (bytes / 1000 ** power).toFixed(1);
  return `${value} ${byteUnits[power]}`;
}

/** `340 ms`, `12.3 s`, `4 min 05 s` */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${formatNumber(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `2026-07-23 12:00:00`, UTC. */
export function formatTime(timestamp: string): string {
  return timestamp.slice(0, 19).replace('T', ' ');
}

/** `12:00:00.123`, UTC. */
export function formatClock(timestamp: string): string {
  return timestamp.slice(11, 23);
}

/** A text from elsewhere on one line, without anything that a terminal would obey. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
