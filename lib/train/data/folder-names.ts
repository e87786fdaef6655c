/** Names as people see them: file systems and programs differ in case and in how they compose letters (NFC, NFD). */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase();

/** The files of one folder, found by name: exactly as written, else without regard to case and composition. */
export class FolderNames {
  readonly #exact: ReadonlySet<string>;
  readonly #folded = new Map<string, string>();

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
    for (const name of names) if (!this.#folded.has(foldName(name))) this.#folded.set(foldName(name), name);
  }

  /** The name of the file as it is on the disk. */
  find(name: string): string | undefined {
    return this.#exact.has(name) ? name : this.#folded.get(foldName(name));
  }

  /** The first of these names that is there. */
  first(names: readonly string[]): string | undefined {
    for (const name of names) {
      const found = this.find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
