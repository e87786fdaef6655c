/** Normalises a name for comparison: file systems and programs differ in case and in composed letters (NFC, NFD). */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase();

/** Finds files of a folder by name: an exact match first, else ignoring case and composition. */
export class FolderNames {
  readonly #exact: ReadonlySet<string>;
  readonly #folded = new Map<string, string>();

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
    for (const name of names) if (!this.#folded.has(foldName(name))) this.#folded.set(foldName(name), name);
  }

  /** Returns the file's name as it is on disk. */
  find(name: string): string | undefined {
    return this.#exact.has(name) ? name : this.#folded.get(foldName(name));
  }

  /** Returns the first of these names that exists. */
  first(names: readonly string[]): string | undefined {
    for (const name of names) {
      const found = this.find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
