import { type Artwork, nameOf } from '../../../lib/gallery/index.ts';
import { decodeImage, hashDistance, perceptualHash, type RawImage } from '../../../lib/image/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

interface Difference {
  field: string;
  a: unknown;
  b: unknown;
}

/** Values by their paths: `model.name`. */
function flat(value: unknown, path = ''): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

function differences(a: Artwork, b: Artwork): { same: string[]; different: Difference[] } {
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
function psnr(a: RawImage, b: RawImage): number | null {
  if (a.width !== b.width || a.height !== b.height) return null;
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += ((a.data[at] ?? 0) - (b.data[at] ?? 0)) ** 2;
  return sum === 0 ? null : 10 * Math.log10((255 ** 2 * a.data.length) / sum);
}

const shown = (value: unknown): string => (value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value));

export const compareCommand = command({
  required: { a: text('A work'), b: text('Another') },
  examples: [['$0 gallery compare 01K9F 01K9G', 'Which settings differ, and how alike the pictures are']],
  run: async ({ a: first, b: second }, context) => {
    const gallery = await openGallery(context);
    const [a, b] = [await gallery.get(first), await gallery.get(second)];
    const [left, right] = await Promise.all([decodeImage(a.path), decodeImage(b.path)]);
    const { same, different } = differences(a, b);
    const identical = a.image.sha256 === b.image.sha256 || (left.width === right.width && Buffer.from(left.data).equals(right.data));
    const distance = hashDistance(perceptualHash(left), perceptualHash(right));
    const ratio = psnr(left, right);
    const width = Math.max(5, ...different.map(({ field }) => field.length));
    const alike = identical
      ? 'the same pixels'
      : `${distance} of 64 bits of their perceptual hashes differ${ratio === null ? '' : `, PSNR ${ratio.toFixed(1)} dB`}`;
    return {
      json: { a: a.id, b: b.id, identical, hashDistance: distance, psnr: ratio, same, different },
      text: [
        `a ${' '.repeat(width)}${a.id}  ${nameOf(a, 60)}`,
        `b ${' '.repeat(width)}${b.id}  ${nameOf(b, 60)}`,
        ...different.map(({ field, a: one, b: other }) => `${field.padEnd(width)}  ${shown(one)}  |  ${shown(other)}`),
      ],
      notes: [`${alike}; ${different.length} fields differ, ${same.length} are the same`],
    };
  },
});
