/** What the browser keeps for this page. It may refuse, or be full: then the page works, and forgets when it is closed. */
import { signal } from '@preact/signals';

/** Whether the browser refused to keep something, so that the page can say so. */
export const isStorageRefused = signal(false);

type Place = 'local' | 'session';
const prefix = 'ai-artist ';
/** Several galleries below different base paths of one host are different pages. */
export const nameOf = (key: string): string => `${prefix}${home().pathname} ${key}`;
/** The pages of an exported site lie in several folders, and say where its root is. */
const home = (): URL => new URL(document.documentElement.dataset['root'] ?? '.', document.baseURI);
const storageOf = (place: Place): Storage => (place === 'local' ? localStorage : sessionStorage);

/** Whether a value has the form that a caller needs. */
type Check<T> = (found: unknown) => found is T;
export const isBoolean: Check<boolean> = (found) => typeof found === 'boolean';
export const isNumber: Check<number> = (found) => typeof found === 'number';
export const isText: Check<string> = (found) => typeof found === 'string';
export const isList =
  <T>(each: Check<T>): Check<T[]> =>
  (found): found is T[] =>
    Array.isArray(found) && found.every(each);
export const isOneOf =
  <T>(values: readonly T[]): Check<T> =>
  (found): found is T =>
    values.includes(found as T);
/** An object with fields of these forms. */
export const hasFields =
  <T extends object>(fields: { [Name in keyof T]?: Check<T[Name]> }): Check<T> =>
  (found): found is T =>
    found !== null &&
    typeof found === 'object' &&
    (Object.keys(fields) as (keyof T)[]).every((name) => fields[name]?.((found as T)[name]) ?? true);

/** @returns undefined: nothing is kept, it cannot be read, or it has another form: another version of the page kept it */
export function readStored<T>(place: Place, key: string, has: Check<T>): T | undefined {
  try {
    const found: unknown = JSON.parse(storageOf(place).getItem(nameOf(key)) ?? 'null');
    return has(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

export function store(place: Place, key: string, value: unknown): void {
  try {
    if (value === undefined) storageOf(place).removeItem(nameOf(key));
    else storageOf(place).setItem(nameOf(key), JSON.stringify(value));
  } catch {
    isStorageRefused.value = true;
  }
}
