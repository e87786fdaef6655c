import type { RawImage } from '../image/index.ts';
import type { Artwork } from './artwork.ts';

/** A field of two records that differs; null: it is absent. */
export interface Difference {
  field: string;
  a: unknown;
  b: unknown;
}

/** What is compared of a work. */
export type Comparable = Pick<Artwork, 'recipe' | 'rating' | 'tags'> & { image: { width: number; height: number } };

/** Values by their paths: `model.name`. */
function flat(value: unknown, path = ''): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

/** Which settings, rating, tags and sizes of two works differ, by the path of each field, and which are the same. */
export function differingFields(a: Comparable, b: Comparable): { same: string[]; different: Difference[] } {
  const [left, right] = [a, b].map(
    ({ recipe, rating, tags, image }) => new Map(flat({ ...recipe, rating, tags, picture: `${image.width}x${image.height}` })),
  );
  const fields = [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])].sort();
  const different: Difference[] = [];
  const same: string[] = [];
  for (const field of fields) {
    const [one, other] = [left?.get(field) ?? null, right?.get(field) ?? null];
    if (JSON.stringify(one) === JSON.stringify(other)) same.push(field);
    else different.push({ field, a: one, b: other });
  }
  return { same, different };
}

/** Peak signal-to-noise ratio in dB, of pictures of one size; null: they are equal, or of different sizes. */
export function signalToNoise(a: RawImage, b: RawImage): number | null {
  if (a.width !== b.width || a.height !== b.height) return null;
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += ((a.data[at] ?? 0) - (b.data[at] ?? 0)) ** 2;
  return sum === 0 ? null : 10 * Math.log10((255 ** 2 * a.data.length) / sum);
}
