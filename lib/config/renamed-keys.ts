/** Former key names and their current ones, so that an old config.yaml still loads. The current names are those of the library. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['paint.cfg', 'paint.cfgScale'],
  ['paint.negative', 'paint.negativePrompt'],
]);

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The current name of a key that a variable or --set calls by its former name; `same` compares names. */
export function currentName(section: readonly string[], word: string, same: (a: string, b: string) => boolean): string | undefined {
  for (const [before, now] of renamed) {
    const [ofSection, key = ''] = before.split('.');
    if (section.length === 1 && section[0] === ofSection && same(key, word)) return now.split('.')[1];
  }
  return undefined;
}

/** Renames former keys to their current names. `typed` maps each renamed key to the name that was written. If both names are given, nothing is renamed. */
export function withCurrentNames(values: Record<string, unknown>): { values: Record<string, unknown>; typed: ReadonlyMap<string, string> } {
  const typed = new Map<string, string>();
  const result = { ...values };
  for (const [before, now] of renamed) {
    const [[section = '', oldKey = ''], [, newKey = '']] = [before.split('.'), now.split('.')];
    const given = result[section];
    if (!isObject(given) || !Object.hasOwn(given, oldKey) || Object.hasOwn(given, newKey)) continue;
    result[section] = Object.fromEntries(Object.entries(given).map(([key, value]) => [key === oldKey ? newKey : key, value]));
    typed.set(now, before);
  }
  return { values: result, typed };
}
