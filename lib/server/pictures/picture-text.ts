import { setImmediate as breath } from 'node:timers/promises';
import { ArtistError, display } from '../../core/index.ts';
import { imageKind } from '../../image/index.ts';

const dataUrl = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w=.+-]+)*;base64,/i;

/** Characters decoded between two breaths. */
const slice = 524_288;

/** Decodes base64 in slices, so that large pictures do not stop the event loop. */
async function decoded(text: string): Promise<Buffer> {
  if (text.length <= slice) return Buffer.from(text, 'base64');
  const bytes = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4));
  let [length, left] = [0, ''];
  for (let at = 0; at < text.length; at += slice) {
    // Four characters are three bytes; lines may be broken anywhere.
    const part = left + text.slice(at, at + slice).replace(/[^\w+/-]+/g, '');
    const whole = part.length - (part.length % 4);
    length += bytes.write(part.slice(0, whole), length, 'base64');
    left = part.slice(whole);
    await breath();
  }
  length += bytes.write(left, length, 'base64');
  return bytes.subarray(0, length);
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: an address */
function withoutPrefix(name: string, text: string): string {
  if (/^https?:/i.test(text))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected a picture as base64 or a data: URL, got an address. This server fetches nothing: send the picture itself`,
    );
  const prefix = dataUrl.exec(text.slice(0, 256))?.[0] ?? '';
  return text.slice(prefix.length);
}

function checkPicture(name: string, text: string, bytes: Uint8Array): Uint8Array {
  if (imageKind(bytes) === undefined)
    throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture as base64 or a data: URL, got ${display(text.slice(0, 40))}`);
  return bytes;
}

/**
 * The bytes of a picture in a JSON body: base64, with or without `data:image/png;base64,` before it.
 *
 * @param name the field, for messages
 * @throws ArtistError ERR_INVALID_ARGUMENT when it is an address, ERR_IMAGE_DECODE when it is not a picture
 */
export async function pictureOfText(name: string, text: string): Promise<Uint8Array> {
  return checkPicture(name, text, await decoded(withoutPrefix(name, text)));
}

/** As pictureOfText(), of a text of at most some ten thousand characters. */
export function pictureOfShortText(name: string, text: string): Uint8Array {
  return checkPicture(name, text, Buffer.from(withoutPrefix(name, text), 'base64'));
}
