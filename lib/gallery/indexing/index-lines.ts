import { randomBytes } from 'node:crypto';
import { searchText } from '../search/search-text.ts';
import type { Sidecar } from '../store/sidecar.ts';

/**
 * The index is a log of lines; for each work or folder the last line counts, and a search runs directly over the bytes. It contains nothing that is
 * not in the sidecars, so it may be deleted at any time.
 *
 *   H <version> <id of this file>                      first line; a rewritten file has another id
 *   W <id> <mtime> <size> <rating> <flags> <search text>    a work and the state of its sidecar; all but the text of fixed width
 *   D <id>                                             the work is gone
 *   F <folder> <mtime>                                 the lines above describe all sidecars of this folder
 *
 * Times are nanoseconds. Fields are separated by tabs, which the search text does not contain.
 */
export const indexVersion = 8;
export const headerForm = new RegExp(`^H\\t${indexVersion}\\t[0-9a-f]{16}\\n$`);
export const headerLength = 21;
export const newHeader = (): string => `H\t${indexVersion}\t${randomBytes(8).toString('hex')}\n`;
/** Offsets of the fields of a W line, and the widths of the first. */
export const at = { id: 2, mtime: 29, size: 50, rating: 63, flags: 65, text: 67 } as const;
export const width = { id: 26, mtime: 20, size: 12 } as const;

/** Bits of the flags. They are stored as one character, `0` for none. */
export const workFlags = { star: 1, trashed: 2, damaged: 4, hidden: 8, pick: 16, reject: 32 } as const;

const zero = 0x30;

function flagsOf({ star, trashedAt, hidden, flag }: Sidecar): number {
  return (
    (star ? workFlags.star : 0) |
    (trashedAt === undefined ? 0 : workFlags.trashed) |
    (hidden ? workFlags.hidden : 0) |
    (flag === undefined ? 0 : workFlags[flag])
  );
}

/** State of a sidecar file: it differs whenever the content may have changed. */
export interface FileStamp {
  mtimeNs: bigint;
  size: bigint;
}

/** A sidecar as found on disk, for the index. */
export interface IndexedWork {
  id: string;
  stamp: FileStamp;
  /** undefined: damaged. */
  sidecar: Sidecar | undefined;
}

export function workLine({ id, stamp, sidecar }: IndexedWork): string {
  const flags = String.fromCharCode(zero + (sidecar ? flagsOf(sidecar) : workFlags.damaged));
  const text = sidecar ? searchText(sidecar) : '';
  const [mtime, size] = [String(stamp.mtimeNs).padStart(width.mtime, '0'), String(stamp.size).padStart(width.size, '0')];
  return `W\t${id}\t${mtime}\t${size}\t${sidecar?.rating ?? 0}\t${flags}\t${text}\n`;
}

export const goneLine = (id: string): string => `D\t${id}\n`;
export const folderLine = (folder: string, mtimeNs: bigint): string => `F\t${folder}\t${mtimeNs}\n`;
