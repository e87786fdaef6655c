/** Sends files of works: entity tags, ranges, caching. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArtistError, readError, systemCode } from '../../../core/index.ts';
import { ownFile } from '../../../gallery/index.ts';
import { imageKind, mediaTypes } from '../../../image/index.ts';

/** Formats that are sent as pictures. Others are not sent: a page that a browser runs may have any name. */
const servedTypes: Readonly<Record<string, string>> = { ...mediaTypes, avif: 'image/avif' };
const endings: Readonly<Record<string, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp', avif: 'avif' };

export interface PictureOnDisk {
  path: string;
  size: number;
  mtimeMs: number;
  mediaType: string;
  ending: string;
}

/**
 * What kind of picture a file is, by its content.
 *
 * @throws ArtistError ERR_NOT_FOUND: it is gone, leads out of its folder, or is no picture; ERR_READ
 */
export async function lookAtPicture(path: string, id: string): Promise<PictureOnDisk> {
  let handle: FileHandle | undefined;
  try {
    const real = await ownFile(path);
    handle = await open(real, 'r');
    const info = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    const kind = info.isFile() ? imageKind(buffer) : undefined;
    const mediaType = kind && servedTypes[kind];
    if (!kind || !mediaType) throw gone(id, 'its file is no PNG, JPEG, WebP or AVIF');
    return { path: real, size: info.size, mtimeMs: info.mtimeMs, mediaType, ending: endings[kind] ?? kind };
  } catch (error) {
    if (error instanceof ArtistError) throw error;
    if (systemCode(error) === 'ENOENT') throw gone(id, 'its file is gone');
    throw readError(path, 'a picture', error);
  } finally {
    await handle?.close();
  }
}

const gone = (id: string, why: string): ArtistError => new ArtistError('ERR_NOT_FOUND', `${id}: expected a picture, but ${why}`);

/** `bytes=0-99`, `bytes=100-`, `bytes=-100` of a file; undefined: the whole file is sent; null: it cannot be satisfied. */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined; // several ranges, or none: the whole is allowed
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  return start >= size || (from === '' && Number(to) === 0) ? null : { start, end };
}

/** Whether a client has this version already. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.split(',').some((tag) => tag.trim() === '*' || bare(tag) === bare(etag));
}

export interface Caching {
  etag: string;
  /** The address names the version: the reply never changes. */
  immutable: boolean;
}

/** Hidden works and the trash are not for shared caches, so none is. */
export function setCaching(reply: FastifyReply, { etag, immutable }: Caching): void {
  reply.header('etag', etag).header('cache-control', immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache');
}

/** Sends a file, or the part of it that was asked for, or 304. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: PictureOnDisk, caching: Caching): FastifyReply {
  setCaching(reply, caching);
  reply.header('accept-ranges', 'bytes').type(file.mediaType);
  const { headers } = request;
  if (isKnown(headers['if-none-match'], caching.etag)) return reply.code(304).send();
  const ifRange = headers['if-range'];
  const range = ifRange === undefined || ifRange === caching.etag ? rangeOf(headers.range, file.size) : undefined;
  if (range === null) return reply.code(416).header('content-range', `bytes */${file.size}`).send();
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
  reply.header('content-length', range ? range.end - range.start + 1 : file.size);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(createReadStream(file.path, range ?? {}));
}
