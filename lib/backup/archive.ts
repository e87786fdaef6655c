/** Reads a backup: its list, then each file against its SHA-256. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type Entry, open, type ZipFile } from 'yauzl';
import { ArtistError, kindOfPlace, readError, systemCode } from '../core/index.ts';
import { type BackupManifest, backupVersion, manifestName, manifestSchema, prefix } from './format.ts';

const openZip = promisify<string, { lazyEntries: true; autoClose: false }, ZipFile>(open);

/** Largest list of files, bytes: a million files. */
const mostManifest = 256_000_000;

const damaged = (path: string, what: string, cause?: unknown): ArtistError =>
  new ArtistError('ERR_DAMAGED', `${path}: expected a whole backup of ai-artist, got ${what}`, cause === undefined ? {} : { cause });

export class BackupArchive {
  readonly path: string;
  readonly manifest: BackupManifest;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>, manifest: BackupManifest) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.manifest = manifest;
  }

  /**
   * @throws ArtistError ERR_READ; ERR_DAMAGED: it is no backup, or was cut off; ERR_NEWER_VERSION
   */
  static async open(path: string): Promise<BackupArchive> {
    const kind = await kindOfPlace(path);
    if (kind !== 'file')
      throw new ArtistError('ERR_READ', `${path}: expected the file of a backup, got ${kind === 'folder' ? 'a folder' : kind}`);
    const zip = await openZip(path, { lazyEntries: true, autoClose: false }).catch((error: unknown) => {
      throw systemCode(error) === undefined
        ? damaged(path, `${String(error)}. Take another copy`, error)
        : readError(path, 'a backup', error);
    });
    try {
      const entries = await entriesOf(zip).catch((error: unknown) => {
        throw damaged(path, String(error), error);
      });
      const listed = entries.get(manifestName);
      if (!listed || listed.uncompressedSize > mostManifest) throw damaged(path, `a ZIP file without ${manifestName}`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of await streamOf(zip, listed)) chunks.push(chunk as Uint8Array);
      return new BackupArchive(path, zip, entries, manifestOf(path, Buffer.concat(chunks).toString('utf8')));
    } catch (error) {
      zip.close();
      throw error instanceof ArtistError ? error : damaged(path, String(error), error);
    }
  }

  /** Gives each file, piece by piece; `onPart` may take its time. @throws ArtistError ERR_DAMAGED: a file is missing or was changed; the signal's reason */
  async readAll(onFile: (path: string) => Promise<(part: Uint8Array) => Promise<void>>, signal?: AbortSignal): Promise<void> {
    for (const { path, bytes, sha256 } of this.manifest.files) {
      signal?.throwIfAborted();
      const entry = this.#entries.get(prefix + path);
      if (!entry || entry.uncompressedSize !== bytes)
        throw damaged(this.path, `one where ${path} is ${entry ? 'of another size' : 'missing'}`);
      const onPart = await onFile(path);
      const hash = createHash('sha256');
      let ofPart: unknown;
      try {
        for await (const chunk of await streamOf(this.#zip, entry)) {
          hash.update(chunk as Uint8Array);
          await onPart(chunk as Uint8Array).catch((error: unknown) => {
            ofPart = error;
            throw error;
          });
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw error === ofPart || error instanceof ArtistError
          ? error
          : damaged(this.path, `one where ${path} cannot be read (${String(error)})`, error);
      }
      if (hash.digest('hex') !== sha256) throw damaged(this.path, `one where ${path} was changed`);
    }
  }

  close(): void {
    this.#zip.close();
  }
}

function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', reject);
    zip.readEntry();
  });
}

function streamOf(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))));
}

function manifestOf(path: string, text: string): BackupManifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw damaged(path, `one whose ${manifestName} cannot be read`, error);
  }
  const { success, data, error } = manifestSchema.safeParse(content);
  if (!success) throw damaged(path, `one whose ${manifestName} is none of ai-artist`, error);
  if (data.version > backupVersion)
    throw new ArtistError(
      'ERR_NEWER_VERSION',
      `${path}: expected a backup of version ${backupVersion}, got ${data.version}, of ai-artist ${data.by}. Install that version`,
    );
  const foreign = data.files.find((file) => !isPlain(file.path));
  if (foreign) throw damaged(path, `one with a file outside the home: ${JSON.stringify(foreign.path)}`);
  return data;
}

/** A path below the home, on every system. */
const isPlain = (path: string): boolean =>
  !/[\\:\0]/.test(path) && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
