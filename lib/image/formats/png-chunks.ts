/** PNG text chunks, written and read by the PNG specification (third edition), sections 5 and 11.3.3. */

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

// Loaded when a chunk is written: importing zlib takes two milliseconds.
const crc32 = (data: Uint8Array): number => process.getBuiltinModule('node:zlib').crc32(data);

/** One chunk: length, type, data, CRC over type and data. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index++) chunk[4 + index] = type.charCodeAt(index);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/** tEXt allows only printable Latin-1 and line feeds; everything else goes into iTXt, as in Pillow, which A1111 uses. */
const latin1 = /^[\t\n\r\x20-\x7e\xa0-\xff]*$/;

/** A text chunk: tEXt if the text is Latin-1, else uncompressed iTXt (UTF-8). NUL would end the text early: it becomes a space. */
export function pngTextChunk(keyword: string, text: string): Uint8Array {
  const clean = text.replaceAll('\0', ' ');
  if (latin1.test(clean)) return pngChunk('tEXt', Buffer.from(`${keyword}\0${clean}`, 'latin1'));
  return pngInternationalText(keyword, clean);
}

/** An uncompressed iTXt chunk without language: keyword NUL flag method language NUL translated-keyword NUL text. */
export function pngInternationalText(keyword: string, text: string): Uint8Array {
  return pngChunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]));
}

/**
 * A PNG without its compressed texts: the decoder inflates up to 50 of them, of megabytes each, before it looks at the pixels, so a file of 2 MB
 * costs 6 GB. No pixel depends on them. Anything that is no PNG, or has none, is returned as it is.
 */
export function withoutPackedTexts(file: Uint8Array): Uint8Array {
  if (pngSignature.some((byte, index) => file[index] !== byte)) return file;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let offset = 8; offset + 12 <= file.length; ) {
    const end = offset + 12 + view.getUint32(offset);
    const type = Buffer.from(file.subarray(offset + 4, offset + 8)).toString('latin1');
    if (type === 'zTXt' || (type === 'iTXt' && isPacked(file.subarray(offset + 8, end - 4)))) {
      parts.push(file.subarray(from, offset));
      from = end;
    }
    offset = end;
  }
  return from === 0 ? file : Buffer.concat([...parts, file.subarray(from)]);
}

/** Whether the text of an iTXt chunk is compressed: the byte after its keyword says so. */
const isPacked = (text: Uint8Array): boolean => text[text.indexOf(0) + 1] !== 0;

/**
 * Inserts `chunks` right after IHDR, so that readers that stop at the pixels find them, and drops every other ancillary chunk except tRNS.
 */
export function insertPngChunks(png: Uint8Array, chunks: readonly Uint8Array[]): Buffer {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const parts: Uint8Array[] = [pngSignature];
  for (let offset = 8; offset + 12 <= png.length; ) {
    const end = offset + 12 + view.getUint32(offset);
    const type = Buffer.from(png.subarray(offset + 4, offset + 8)).toString('latin1');
    const critical = ((png[offset + 4] ?? 0) & 0x20) === 0;
    if (critical || type === 'tRNS') parts.push(png.subarray(offset, end));
    if (type === 'IHDR') parts.push(...chunks);
    offset = end;
  }
  return Buffer.concat(parts);
}
