/** All works of a query, without their records: see GET /api/v1/works/ids. */

export interface Columns {
  count: number;
  /** Width by height; 0: unknown. */
  ratios: Float32Array;
  /** Days since 1970, UTC. */
  days: Uint16Array;
  idAt(index: number): string;
  /** Index of an id; -1: it is not among them. */
  indexOf(id: string): number;
}

const magic = 'AIAIDS1\n';
const headerBytes = 16;
const idBytes = 26;

/** @throws Error if the body has another form, as that of a newer server might */
export function readColumns(body: ArrayBuffer): Columns {
  const latin = new TextDecoder('latin1');
  if (latin.decode(body.slice(0, magic.length)) !== magic) throw new Error('works/ids: expected AIAIDS1, got another form');
  const count = new DataView(body).getUint32(magic.length, true);
  const daysAt = headerBytes + 4 * count;
  const idsAt = daysAt + 2 * count;
  if (body.byteLength !== idsAt + idBytes * count) throw new Error('works/ids: the body is cut');
  const ids = new Uint8Array(body, idsAt);
  const idAt = (index: number): string => latin.decode(ids.subarray(index * idBytes, (index + 1) * idBytes));
  let places: Map<string, number> | undefined;
  return {
    count,
    ratios: new Float32Array(body, headerBytes, count),
    days: new Uint16Array(body, daysAt, count),
    idAt,
    indexOf: (id) => {
      if (!places) {
        const text = latin.decode(ids);
        places = new Map();
        for (let index = 0; index < count; index++) places.set(text.slice(index * idBytes, (index + 1) * idBytes), index);
      }
      return places.get(id) ?? -1;
    },
  };
}
