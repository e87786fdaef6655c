/** Texts of the page that no code asks for. */

/** A whole key in quotes; the beginning and end of one that is put together: `health.kind.${kind}`. */
const wholeKey = /['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g;
const madeKey = /`([\w-]+\.[\w.-]*)\$\{[^}]*\}([\w.-]*)`/g;

/** The keys that are in none of the sources, neither whole nor put together. A room's name alone is no beginning: its last part must be in quotes. */
export function unusedTexts(keys: readonly string[], sources: readonly string[]): string[] {
  const text = sources.join('\n');
  const whole = new Set([...text.matchAll(wholeKey)].map(([, key]) => key));
  const made = [...text.matchAll(madeKey)].map(([, start = '', end = '']) => ({ start, end }));
  const words = new Set([...text.matchAll(/['"]([\w-]+)['"]|^\s*([\w-]+):/gm)].map(([, quoted, name]) => quoted ?? name));
  const isMade = (key: string, { start, end }: { start: string; end: string }): boolean =>
    key.startsWith(start) &&
    key.endsWith(end) &&
    key.length > start.length + end.length &&
    (start.split('.').length > 2 || words.has(key.slice(start.length, key.length - end.length)));
  return keys.filter((key) => !whole.has(key) && !made.some((one) => isMade(key, one)));
}
