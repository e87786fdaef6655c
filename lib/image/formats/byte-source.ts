import { ArtistError, openPlainFile, systemCode } from '../../core/index.ts';

/** Random access to a file or to bytes in memory. `read` returns fewer bytes only at the end. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Chunk headers are a few bytes each: reading them one by one would be a hundred thousand system calls in a hostile file. */
const windowBytes = 8192;

/** A read error with the file's name and advice. */
export function readError(path: string, cause: unknown): ArtistError {
  const code = systemCode(cause);
  const got =
    code === 'ENOENT'
      ? 'nothing there. Check the path'
      : code === 'EISDIR'
        ? 'a directory'
        : code === 'EACCES' || code === 'EPERM'
          ? 'no permission to read it'
          : cause instanceof Error
            ? cause.message
            : String(cause);
  return new ArtistError('ERR_READ', `${path}: expected a picture file, got ${got}`, { cause });
}

/**
 * Opens a regular file, passes it to `use` and closes it.
 *
 * @throws ArtistError ERR_READ: missing, a directory, a pipe or a device, no permission, an error of the disk
 */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await openPlainFile(path).catch((error: unknown) => {
    // Node throws a TypeError for a path with a NUL byte; treat it as a path that does not exist.
    throw readError(path.replaceAll('\0', '\\0'), error);
  });
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new ArtistError('ERR_READ', `${path}: expected a picture file, got a directory`);
    const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, stats.size - offset)));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled).catch((error: unknown) => {
          throw readError(path, error);
        });
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    };
    let window = { start: 0, bytes: new Uint8Array(0) };
    return await use({
      size: stats.size,
      async read(offset, length) {
        if (length > windowBytes) return await readAt(offset, length);
        if (offset < window.start || offset + length > window.start + window.bytes.length) {
          window = { start: offset, bytes: new Uint8Array(await readAt(offset, windowBytes)) };
        }
        return window.bytes.subarray(offset - window.start, offset - window.start + length);
      },
    });
  } finally {
    await handle.close();
  }
}
