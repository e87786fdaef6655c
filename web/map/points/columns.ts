/** All works with their places: see GET /api/v1/map. */
import { IdTable, idAt } from './id-table.ts';

export interface MapPoints {
  count: number;
  /** Works without a place yet. */
  unplaced: number;
  x: Float32Array;
  y: Float32Array;
  idAt(index: number): string;
  /** When the work was filed, milliseconds since 1970: an id begins with it. */
  timeAt(index: number): number;
  ids: IdTable;
}

const magic = 'AIAMAP1\n';
const headerBytes = 16;
const idBytes = 26;
const latin = new TextDecoder('latin1');
/** Crockford's base 32, in which a ULID is written. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const digitOf = new Uint8Array(128);
for (const [value, digit] of [...digits].entries()) digitOf[digit.charCodeAt(0)] = value;
const timeDigits = 10;

/** @throws Error if the body has another form, as that of a newer server might */
export function readPoints(body: ArrayBuffer): MapPoints {
  if (latin.decode(body.slice(0, magic.length)) !== magic) throw new Error('map: expected AIAMAP1, got another form');
  const header = new DataView(body);
  const count = header.getUint32(magic.length, true);
  const yAt = headerBytes + 4 * count;
  const idsAt = yAt + 4 * count;
  if (body.byteLength !== idsAt + idBytes * count) throw new Error('map: the body is cut');
  const bytes = new Uint8Array(body, idsAt);
  return {
    count,
    unplaced: header.getUint32(magic.length + 4, true),
    x: new Float32Array(body, headerBytes, count),
    y: new Float32Array(body, yAt, count),
    idAt: (index) => idAt(bytes, index),
    timeAt: (index) => {
      let time = 0;
      for (let at = 0; at < timeDigits; at++) time = time * 32 + (digitOf[bytes[index * idBytes + at] as number] ?? 0);
      return time;
    },
    ids: new IdTable(bytes, count),
  };
}
