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
/** Days of works are counted in UTC. */
export const dayMs = 86_400_000;
const latin = new TextDecoder('latin1');

/** @throws Error if the body has another form, as that of a newer server might */
export function readColumns(body: ArrayBuffer): Columns {
  if (latin.decode(body.slice(0, magic.length)) !== magic) throw new Error('works/ids: expected AIAIDS1, got another form');
  const count = new DataView(body).getUint32(magic.length, true);
  const daysAt = headerBytes + 4 * count;
  const idsAt = daysAt + 2 * count;
  if (body.byteLength !== idsAt + idBytes * count) throw new Error('works/ids: the body is cut');
  const ids = new Uint8Array(body, idsAt);
  const idAt = (index: number): string => latin.decode(ids.subarray(index * idBytes, (index + 1) * idBytes));
  return withPlaces({ count, ratios: new Float32Array(body, headerBytes, count), days: new Uint16Array(body, daysAt, count), idAt });
}

/** With the places of ids, which are counted when one is first asked for. */
function withPlaces(columns: Omit<Columns, 'indexOf'>): Columns {
  let places: Map<string, number> | undefined;
  return {
    ...columns,
    indexOf: (id) => {
      if (!places) {
        places = new Map();
        for (let index = 0; index < columns.count; index++) places.set(columns.idAt(index), index);
      }
      return places.get(id) ?? -1;
    },
  };
}

/** Columns of works whose rows are known, in their order. */
export function columnsOfRows(rows: readonly { id: string; width: number; height: number; createdAt: string }[]): Columns {
  const ids = rows.map(({ id }) => id);
  return withPlaces({
    count: rows.length,
    ratios: Float32Array.from(rows, ({ width, height }) => (height > 0 ? width / height : 0)),
    days: Uint16Array.from(rows, ({ createdAt }) => Math.floor(Date.parse(createdAt) / dayMs)),
    idAt: (index) => ids[index] ?? '',
  });
}

/** The same works in an order by chance: Fisher and Yates with the generator mulberry32, so that a seed gives one order. */
export function shuffled(columns: Columns, seed: number): Columns {
  const { count } = columns;
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  let state = seed >>> 0;
  for (let last = count - 1; last > 0; last--) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const other = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return picked(columns, order);
}

/** Those at these places, in this order. */
const picked = (columns: Columns, places: Uint32Array): Columns =>
  withPlaces({
    count: places.length,
    ratios: Float32Array.from(places, (index) => columns.ratios[index] ?? 0),
    days: Uint16Array.from(places, (index) => columns.days[index] ?? 0),
    idAt: (index) => columns.idAt(places[index] ?? 0),
  });

/** The same without these works. */
export function without(columns: Columns, ids: readonly string[]): Columns {
  const gone = new Set(ids.map((id) => columns.indexOf(id)));
  return picked(
    columns,
    Uint32Array.from({ length: columns.count }, (_, index) => index).filter((index) => !gone.has(index)),
  );
}
