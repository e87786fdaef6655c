import { type FileHandle, open, stat } from 'node:fs/promises';
import { ArtistError, systemCode } from '../../core/index.ts';

/** The error of an unusable model file: names the file and the problem. */
export function formatError(path: string, problem: string): ArtistError {
  return new ArtistError('ERR_MODEL_FORMAT', `${path}: ${problem}`);
}

/** Converts a file-system error: ERR_MODEL_NOT_FOUND if the file is missing, else ERR_READ. */
export function readError(path: string, error: unknown): ArtistError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ArtistError(
      'ERR_MODEL_NOT_FOUND',
      `${path}: no such file. Check the path, or list what is installed with: ai-artist models list`,
      { cause: error },
    );
  if (code === 'EACCES' || code === 'EPERM')
    return new ArtistError('ERR_READ', `${path}: no permission to read it (${code}). Check the file's owner and mode`, { cause: error });
  return new ArtistError('ERR_READ', `${path}: cannot be read (${code ?? String(error)})`, { cause: error });
}

/** An open regular file that is read by position. */
export interface ModelFile {
  readonly path: string;
  readonly size: number;
  /** Reads `length` bytes, or fewer at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
}

/**
 * Opens `path`, passes it to `use`, and always closes it.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_READ; ERR_MODEL_FORMAT for a directory, a device or an empty file
 */
export async function withModelFile<T>(path: string, use: (file: ModelFile) => Promise<T>): Promise<T> {
  if (path.includes('\0')) throw new ArtistError('ERR_MODEL_NOT_FOUND', `${JSON.stringify(path)}: a path may not contain a null character`);
  let handle: FileHandle;
  let size: number;
  try {
    // Check the kind first: opening a named pipe blocks until another process writes.
    const info = await stat(path);
    if (info.isDirectory())
      throw formatError(
        path,
        'is a folder. Pass a model file, or a diffusers folder that contains unet/diffusion_pytorch_model.safetensors',
      );
    if (!info.isFile()) throw formatError(path, 'is not a regular file');
    if (info.size === 0) throw formatError(path, 'the file is empty (0 bytes). Download it again');
    size = info.size;
    handle = await open(path, 'r');
  } catch (error) {
    throw error instanceof ArtistError ? error : readError(path, error);
  }
  try {
    return await use({ path, size, read: (offset, length) => readAt(handle, path, offset, length) });
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  try {
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (error) {
    throw readError(path, error);
  }
  return buffer.subarray(0, filled);
}
