import { ArtistError, display } from '../../core/index.ts';
import { imageKind } from '../../image/index.ts';

const dataUrl = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w=.+-]+)*;base64,/i;

/**
 * The bytes of a picture in a JSON body: base64, with or without `data:image/png;base64,` before it.
 *
 * @param name the field, for messages
 * @throws ArtistError ERR_INVALID_ARGUMENT when it is an address, ERR_IMAGE_DECODE when it is not a picture
 */
export function pictureOfText(name: string, text: string): Uint8Array {
  if (/^https?:/i.test(text))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected a picture as base64 or a data: URL, got an address. This server fetches nothing: send the picture itself`,
    );
  const start = dataUrl.exec(text.slice(0, 256))?.[0].length ?? 0;
  const bytes = Buffer.from(start === 0 ? text : text.slice(start), 'base64');
  if (imageKind(bytes) === undefined)
    throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture as base64 or a data: URL, got ${display(text.slice(0, 40))}`);
  return bytes;
}
