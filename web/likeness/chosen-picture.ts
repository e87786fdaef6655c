/** Pictures that a person gave to this page to look for others like them. They stay in its memory. */

/** What the server reads; it decides by the content. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/avif'] as const;
/** The server takes as much. */
const mostBytes = 32 * 1024 * 1024;
const mostKept = 8;

export interface ChosenPicture {
  file: Blob;
  type: string;
  name: string;
  /** For <img>. */
  url: string;
}

const kept = new Map<string, ChosenPicture>();
let count = 0;

export const chosenPicture = (key: string): ChosenPicture | undefined => kept.get(key);

/** @returns its key; a text of why it is refused */
export function choosePicture(file: File): { key: string } | { refused: 'type' | 'size' } {
  const type = pictureTypes.find((one) => one === file.type);
  if (type === undefined) return { refused: 'type' };
  if (file.size > mostBytes) return { refused: 'size' };
  const key = `${Date.now().toString(36)}${count++}`;
  kept.set(key, { file, type, name: file.name, url: URL.createObjectURL(file) });
  for (const [old, { url }] of kept) {
    if (kept.size <= mostKept) break;
    URL.revokeObjectURL(url);
    kept.delete(old);
  }
  return { key };
}
