import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import { pictureOfText } from '../pictures/picture-text.ts';
import { editPictures } from './requests.ts';

/** A request with pictures: its other fields, and the pictures by the name of their part. */
export interface PictureForm {
  fields: Record<string, unknown>;
  images: Uint8Array[];
  mask: Uint8Array | undefined;
}

const numbers = new Set(['n', 'output_compression', 'partial_images']);

/** A form has texts only. An empty one counts as absent. */
function fieldValue(name: string, text: string): unknown {
  if (text === '') return undefined;
  if (numbers.has(name)) return Number(text);
  if (name === 'stream') return text === 'true' || text === '1';
  return text;
}

const mostImages = 16;

async function readMultipart(request: FastifyRequest): Promise<PictureForm> {
  const form: PictureForm = { fields: {}, images: [], mask: undefined };
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      form.fields[part.fieldname] = fieldValue(part.fieldname, String(part.value));
      continue;
    }
    const bytes = await part.toBuffer();
    if (part.fieldname === 'mask') form.mask = bytes;
    else if (/^image(?:\[\d*\])?$/.test(part.fieldname)) form.images.push(bytes);
  }
  if (form.images.length > mostImages)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `image: expected at most ${mostImages} pictures, got ${form.images.length}`);
  return form;
}

type PictureAddress = NonNullable<z.output<typeof editPictures>['mask']>;

async function pictureAt(name: string, { image_url, file_id }: PictureAddress): Promise<Uint8Array> {
  const both = typeof image_url === 'string' && typeof file_id === 'string';
  if (both || typeof image_url !== 'string') {
    const got = both ? 'both' : typeof file_id === 'string' ? 'file_id; this server keeps no files' : 'neither';
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected image_url with a data: URL, got ${got}`);
  }
  return await pictureOfText(`${name}.image_url`, image_url);
}

/** Pictures of an edit in JSON. */
async function readJson(body: unknown): Promise<PictureForm> {
  const { images, mask } = resolveOptions('request', editPictures, body);
  const pictures: Uint8Array[] = [];
  for (const [index, image] of images.entries()) pictures.push(await pictureAt(`images.${index}`, image));
  return { fields: body as Record<string, unknown>, images: pictures, mask: mask ? await pictureAt('mask', mask) : undefined };
}

/**
 * The pictures and fields of an edit or a variation, from a form or from JSON.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_IMAGE_DECODE, ERR_TOO_LARGE
 */
export async function readForm(request: FastifyRequest): Promise<PictureForm> {
  return request.isMultipart() ? await readMultipart(request) : await readJson(request.body);
}
