import { differingFields, nameOf, signalToNoise } from '../../../lib/gallery/index.ts';
import { decodeImage, hashDistance, perceptualHash } from '../../../lib/image/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

const shown = (value: unknown): string => (value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value));

export const compareCommand = command({
  required: { a: text('Id of a work'), b: text('Id of another work') },
  examples: [['$0 gallery compare 01K9F 01K9G', 'Which settings differ, and how similar the pictures are']],
  run: async ({ a: first, b: second }, context) => {
    const gallery = await openGallery(context);
    const [a, b] = [await gallery.get(first), await gallery.get(second)];
    const [left, right] = await Promise.all([decodeImage(a.path), decodeImage(b.path)]);
    const { same, different } = differingFields(a, b);
    const identical = a.image.sha256 === b.image.sha256 || (left.width === right.width && Buffer.from(left.data).equals(right.data));
    const distance = hashDistance(perceptualHash(left), perceptualHash(right));
    const ratio = signalToNoise(left, right);
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
