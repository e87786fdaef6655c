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

/** @returns undefined: nothing is kept, or it cannot be read. The caller names the form that store() was given. */
export function readStored<T>(place: Place, key: string): T | undefined {
  try {
    const text = storageOf(place).getItem(nameOf(key));
    return text === null ? undefined : (JSON.parse(text) as T);
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
