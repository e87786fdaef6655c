import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breath } from 'node:timers/promises';
import { ArtistError, answering, checkReplaceable, renameOver, syncFolder, systemCode, writeError } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { jsonLdOf, pictureName } from '../describe.ts';
import type { Gallery } from '../gallery.ts';
import { ownFile } from '../store/own-file.ts';
import { type Exported, unreadable, worksWithPictures } from './site.ts';

export interface ZipOptions {
  /** Replaces an existing file. Default false. */
  overwrite?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ZipStreamOptions {
  signal?: AbortSignal | undefined;
  /**
   * The record that goes into the archive, made from the stored one; undefined leaves the work out. Default: as it is stored, with notes and the
   * places that pictures were imported from.
   */
  recordOf?: ((work: Artwork, stored: unknown) => unknown) | undefined;
}

/** A file in the archive. */
interface Entry {
  name: string;
  input: Uint8Array | AsyncIterable<Uint8Array>;
  lastModified: Date;
}

/** The range of dates the format can store; files may have any. */
const [firstDate, lastDate] = [Date.UTC(1980, 0, 2), Date.UTC(2107, 11, 30)];

const dateOf = (time: string): Date => new Date(Math.min(Math.max(Date.parse(time), firstDate), lastDate));

/** Bytes of which the archive makes the checksum at a time. */
const slice = 262_144;

/** The checksum of a picture of 10 MB would stop the event loop for 50 ms. */
async function* inSlices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += slice) {
    yield bytes.subarray(at, at + slice);
    await breath();
  }
}

/** Yields works one by one as they are written, so that only one is in memory. Fills `result`. */
async function* entries(
  works: AsyncIterable<Artwork>,
  count: number,
  result: Pick<Exported, 'works' | 'damaged'>,
  { signal, onProgress, recordOf }: Pick<ZipOptions, 'signal' | 'onProgress'> & ZipStreamOptions,
): AsyncGenerator<Entry> {
  const labels: string[] = [];
  let [index, first] = [0, '1980-01-01T00:00:00.000Z'];
  for await (const work of works) {
    signal?.throwIfAborted();
    onProgress?.(index, count);
    if (index++ === 0) first = work.createdAt;
    const files = await filesOf(work, recordOf);
    if (files === undefined) continue;
    if (typeof files === 'string') {
      result.damaged = [...(result.damaged ?? []), { id: work.id, message: files }];
      continue;
    }
    yield* files;
    labels.push(JSON.stringify(jsonLdOf(work, { picture: pictureName(work) }), undefined, 2));
    result.works++;
  }
  const lastModified = dateOf(first);
  const text = `[${labels.map((label) => `\n${label}`).join(',')}\n]\n`;
  yield { name: 'works.jsonld', input: Buffer.from(text), lastModified };
  if (result.damaged) yield { name: leftOutName, input: Buffer.from(`${JSON.stringify(result.damaged, undefined, 2)}\n`), lastModified };
}

/** Lists the works that are not in the archive, because their files cannot be read. */
const leftOutName = 'left-out.json';

/** The picture and sidecar of a work, or why they cannot be read; undefined: it is left out. */
async function filesOf(work: Artwork, recordOf: ZipStreamOptions['recordOf']): Promise<Entry[] | string | undefined> {
  try {
    const lastModified = dateOf(work.createdAt);
    const stored = await readFile(work.sidecarPath);
    const record = recordOf ? recordOf(work, JSON.parse(stored.toString('utf8'))) : stored;
    if (record === undefined) return undefined;
    const sidecar = record === stored ? stored : Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`);
    const picture = await readFile(await ownFile(work.path));
    return [
      { name: pictureName(work), input: picture.length > slice ? inSlices(picture) : picture, lastModified },
      { name: `${work.id}.json`, input: sidecar, lastModified },
    ];
  } catch (error) {
    const message = (await unreadable(work, error)) ?? `${work.sidecarPath}: cannot be read (${systemCode(error) ?? String(error)})`;
    return message.replaceAll(`${dirname(work.path)}${sep}`, ''); // an archive is for other people
  }
}

async function* oneByOne(works: readonly Artwork[]): AsyncGenerator<Artwork> {
  yield* works;
}

/** Records read at a time. */
const batch = 50;

async function* worksOf(gallery: Gallery, ids: readonly string[]): AsyncGenerator<Artwork> {
  for (let at = 0; at < ids.length; at += batch) yield* await gallery.getMany(ids.slice(at, at + batch));
}

/**
 * As exportZip(), as a stream: each work is read when its turn comes, so only one is in memory. Works that are gone are left out.
 */
export function zipStream(gallery: Gallery, ids: readonly string[], options: ZipStreamOptions = {}): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const pack = async (): Promise<void> => {
    const { makeZip } = await import('client-zip');
    await makeZip(entries(worksOf(gallery, ids), ids.length, { works: 0 }, options)).pipeTo(writable);
  };
  pack().catch(() => undefined); // pipeTo() has passed the error on to the reader
  return readable;
}

/**
 * Pictures and records of works in one ZIP file, with their JSON-LD as `works.jsonld`, and `left-out.json` if files of works cannot be read or lead out of
 * the gallery. Written as a whole or not at all.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_UNSUPPORTED: more than the format holds; ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const exportZip = answering(
  'exportZip',
  async (gallery: Gallery, ids: readonly string[], out: string, options: ZipOptions = {}): Promise<Exported> => {
    const path = resolve(out);
    await checkReplaceable(path, { as: 'file', overwrite: options.overwrite === true });
    const { works, missing } = await worksWithPictures(gallery, ids);
    const result: Exported = { path, works: 0, missing };
    const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      const { makeZip } = await import('client-zip');
      // Above 65,535 files or 4 GiB it writes ZIP64.
      await pipeline(
        makeZip(entries(oneByOne(works), works.length, result, options)),
        createWriteStream(temporary, { flags: 'wx', flush: true }),
      );
      await checkReplaceable(path, { as: 'file', overwrite: options.overwrite === true });
      await renameOver(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to report
      throw error instanceof ArtistError || systemCode(error) === undefined ? error : writeError(path, error);
    }
    return result;
  },
);
