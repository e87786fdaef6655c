import { randomUUID } from 'node:crypto';

/** Bytes that become base64 text in an answer. */
export class Base64 {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Bytes encoded at a time; a multiple of 3, so that the parts join without padding. */
const slice = 3 * 32_768;

function* base64Text({ buffer, byteOffset, byteLength }: Uint8Array): Generator<string> {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  for (let at = 0; at < bytes.length; at += slice) yield bytes.toString('base64', at, Math.min(at + slice, bytes.length));
}

/** JSON text of `value` in parts, with each Base64 in it as a string. Pictures are encoded while they are sent, so that large ones do not stop the event loop. */
export function* jsonText(value: unknown): Generator<string> {
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
