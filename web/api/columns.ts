/** All works of a query, without their records: see GET /api/v1/works/ids. */

export interface Columns {
  count: number;
  /** Works of the query: more than `count` where only the first ones were asked for. */
  total: number;
  /** Different days of all works of the query. */
  dayCount: number;
  /** Width by height; 0: unknown. */
  ratios: Float32Array;
  /** Days since 1970, UTC. */
  days: Uint16Array;
  idAt(index: number): string;
  /** Index of an id; -1: it is not among them. */
  indexOf(id: string): number;
}

const magic = 'AIAIDS2\n';
const headerBytes = 24;
export const idBytes = 26;
/** Days of works are counted in UTC. */
export const dayMs = 86_400_000;
const latin = new TextDecoder('latin1');

/** What such a body begins with, and its ids, `idBytes` of Latin-1 each. @throws Error if it has another form, as that of a newer server might */
export function readIds(body: ArrayBuffer): { count: number; total: number; dayCount: number; ids: Uint8Array } {
  if (latin.decode(body.slice(0, magic.length)) !== magic) throw new Error('works/ids: expected AIAIDS2, got another form');
  const view = new DataView(body);
  const number = (at: number): number => view.getUint32(magic.length + 4 * at, true);
  const count = number(0);
  const idsAt = headerBytes + 6 * count;
  if (body.byteLength !== idsAt + idBytes * count) throw new Error('works/ids: the body is cut');
  return { count, total: number(1), dayCount: number(2), ids: new Uint8Array(body, idsAt) };
}

/** @throws Error every error of readIds() */
export function readColumns(body: ArrayBuffer): Columns {
  const { ids, ...counts } = readIds(body);
  const { count } = counts;
  const idAt = (index: number): string => latin.decode(ids.subarray(index * idBytes, (index + 1) * idBytes));
  const days = new Uint16Array(body, headerBytes + 4 * count, count);
  return withPlaces({ ...counts, ratios: new Float32Array(body, headerBytes, count), days, idAt });
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
  const days = Uint16Array.from(rows, ({ createdAt }) => Math.floor(Date.parse(createdAt) / dayMs));
  return withPlaces({
    count: rows.length,
    total: rows.length,
    dayCount: new Set(days).size,
    ratios: Float32Array.from(rows, ({ width, height }) => (height > 0 ? width / height : 0)),
    days,
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
    total: columns.total - (columns.count - places.length),
    dayCount: columns.dayCount,
    ratios: Float32Array.from(places, (index) => columns.ratios[index] ?? 0),
    days: Uint16Array.from(places, (index) => columns.days[index] ?? 0),
    idAt: (index) => columns.idAt(places[index] ?? 0),
  });

/** Ids of all but these works. */
export const idsWithout = (columns: Columns, ids: ReadonlySet<string>): string[] =>
  Array.from({ length: columns.count }, (_, index) => columns.idAt(index)).filter((id) => !ids.has(id));

/** The same without these works. */
export function without(columns: Columns, ids: readonly string[]): Columns {
  const gone = new Set(ids.map((id) => columns.indexOf(id)));
  return picked(
    columns,
    Uint32Array.from({ length: columns.count }, (_, index) => index).filter((index) => !gone.has(index)),
  );
}
