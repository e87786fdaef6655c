import type { Columns } from '../../../gallery/index.ts';

const magic = 'AIAIDS1\n';
const headerBytes = 16;

/** Columns as one body; see the description of GET /works/ids. */
export function binaryColumns({ ids, ratios, days }: Columns): Buffer {
  const body = Buffer.alloc(headerBytes + ratios.byteLength + days.byteLength + ids.byteLength);
  body.write(magic, 'latin1');
  body.writeUInt32LE(ratios.length, magic.length);
  let at = headerBytes;
  for (const column of [ratios, days, ids]) {
    body.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  return body;
}
