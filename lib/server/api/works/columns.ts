import type { Columns } from '../../../gallery/index.ts';

const magic = 'AIAIDS2\n';
const headerBytes = 24;

const differentOnes = (days: Uint16Array): number => new Set(days).size;

/** Columns as one body; see the description of GET /works/ids. @param limit works in the body, of all that there are */
export function binaryColumns({ ids, ratios, days }: Columns, limit = ratios.length): Buffer {
  const total = ratios.length;
  const count = Math.min(limit, total);
  const idBytes = total === 0 ? 0 : ids.byteLength / total;
  const columns = [ratios.subarray(0, count), days.subarray(0, count), ids.subarray(0, count * idBytes)];
  const body = Buffer.alloc(headerBytes + columns.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = body.write(magic, 'latin1');
  for (const number of [count, total, differentOnes(days)]) at = body.writeUInt32LE(number, at);
  at = headerBytes;
  for (const { buffer, byteOffset, byteLength } of columns) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return body;
}
