import type { FastifyRequest } from 'fastify';
import { ArtistError, display, readError, readPlainFile } from '../../../core/index.ts';
import type { Gallery } from '../../../gallery/index.ts';
import { imageKind } from '../../../image/index.ts';
import type { InputPictures } from '../../../service/index.ts';
import { pictureOfText } from '../../pictures/picture-text.ts';
import type { NewJob } from './job-bodies.ts';

type Given = NewJob['pictures'];
type OnePicture = NonNullable<Given['initImage']>;

const single = ['initImage', 'maskImage', 'controlImage'] as const;

/** The stored picture of a work. @throws ArtistError ERR_NOT_FOUND, ERR_READ */
export async function pictureOfWorkId(gallery: Gallery, id: string): Promise<Uint8Array> {
  const { path } = await gallery.get(id);
  return readPlainFile(path).catch((error: unknown) => {
    throw readError(path, 'the picture of a work', error);
  });
}

/**
 * Pictures of a JSON body as bytes.
 *
 * @throws ArtistError ERR_IMAGE_DECODE, ERR_INVALID_ARGUMENT, ERR_NOT_FOUND, ERR_READ
 */
export async function picturesOfBody(given: Given, gallery: Gallery): Promise<InputPictures> {
  const read = async (name: string, picture: OnePicture): Promise<Uint8Array> =>
    typeof picture === 'string' ? pictureOfText(`pictures.${name}`, picture) : pictureOfWorkId(gallery, picture.work);
  const pictures: InputPictures = {};
  for (const name of single) {
    const picture = given[name];
    if (picture !== undefined) pictures[name] = await read(name, picture);
  }
  if (given.referenceImages) {
    const references: Uint8Array[] = [];
    for (const [index, picture] of given.referenceImages.entries()) references.push(await read(`referenceImages.${index}`, picture));
    pictures.referenceImages = references;
  }
  return pictures;
}

/** Parts of a multipart body: `request`, the JSON text that would else be the body, and files named as the pictures are. */
export async function partsOf(request: FastifyRequest): Promise<{ body: unknown; pictures: InputPictures }> {
  let body: unknown = {};
  const pictures: InputPictures = {};
  const references: Uint8Array[] = [];
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (part.fieldname !== 'request') throw unknownPart(part.fieldname);
      body = parseJson(String(part.value));
      continue;
    }
    const name = part.fieldname.replace(/\[\]$/, '');
    const bytes = await part.toBuffer();
    if (imageKind(bytes) === undefined)
      throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture (PNG, JPEG, WebP, AVIF), got another file`);
    const known = single.find((one) => one === name);
    if (known) pictures[known] = bytes;
    else if (name === 'referenceImages') references.push(bytes);
    else throw unknownPart(name);
  }
  if (references.length > 0) pictures.referenceImages = references;
  return { body, pictures };
}

function unknownPart(name: string): ArtistError {
  return new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `body: expected the parts request, ${single.join(', ')}, referenceImages, got ${display(name)}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'request: expected JSON, got another text', { cause: error });
  }
}
