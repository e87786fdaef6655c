import type { WorkMap } from '../../artist/index.ts';

const magic = 'AIAMAP1\n';
const headerBytes = 16;

/** A map as the body of GET /map (see docs/server-works.md), in base64. */
export function mapColumns({ ids, x, y, unplaced }: WorkMap): { columns: string; unplaced: number } {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 'latin1');
  header.writeUInt32LE(ids.length, magic.length);
  header.writeUInt32LE(unplaced, magic.length + 4);
  const numbers = Buffer.alloc(8 * ids.length);
  for (const [index, value] of [...x, ...y].entries()) numbers.writeFloatLE(value, 4 * index);
  return { columns: Buffer.concat([header, numbers, Buffer.from(ids.join(''), 'latin1')]).toString('base64'), unplaced };
}
