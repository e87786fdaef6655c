import { randomUUID } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';

/** Bytes that become base64 text in an answer. */
export class Base64 {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Bytes encoded at a time; a multiple of 3, so that the parts join without padding. */
const slice = 3 * 32_768;

/** A client that reads quickly makes no pause by itself: without one, megabytes are encoded and sent in one turn of the event loop. */
async function* base64Text({ buffer, byteOffset, byteLength }: Uint8Array): AsyncGenerator<string> {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  for (let at = 0; at < bytes.length; at += slice) {
    if (at > 0) await breath();
    yield bytes.toString('base64', at, Math.min(at + slice, bytes.length));
  }
}

/** JSON text of `value` in parts, with each Base64 in it as a string. Pictures are encoded while they are sent, so that large ones do not stop the event loop. */
export async function* jsonText(value: unknown): AsyncGenerator<string> {
  const pictures: Uint8Array[] = [];
  const mark = randomUUID();
  const text = JSON.stringify(value, (_, item: unknown) => {
    if (!(item instanceof Base64)) return item;
    pictures.push(item.bytes);
    return mark;
  });
  for (const [index, part] of text.split(mark).entries()) {
    const picture = pictures[index - 1];
    if (picture) yield* base64Text(picture);
    yield part;
  }
}
