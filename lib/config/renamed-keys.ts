/** Keys by the names that they had before: a config.yaml with those still loads. The names of today are those of the library. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['paint.cfg', 'paint.cfgScale'],
  ['paint.negative', 'paint.negativePrompt'],
]);

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Today's name of a key that is called so in a variable or in --set; `same` compares names. */
export function currentName(section: readonly string[], word: string, same: (a: string, b: string) => boolean): string | undefined {
  for (const [before, now] of renamed) {
    const [ofSection, key = ''] = before.split('.');
    if (section.length === 1 && section[0] === ofSection && same(key, word)) return now.split('.')[1];
  }
  return undefined;
}

/** Values with the names of today. `typed` has the name that was written of each key that was renamed. Beside its new name, an old one stays. */
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
