import { differingFields, signalToNoise } from '../../../lib/gallery/index.ts';
import { decodeImage, hashDistance, perceptualHash } from '../../../lib/image/index.ts';
import { text } from '../../flags/flags.ts';
import { comparedLines, likenessLine, showBoth } from '../../print/works/compared.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const compareCommand = command({
  required: { a: text('Id of a work'), b: text('Id of another work') },
  examples: [['$0 gallery compare 01K9F 01K9G', 'The pictures side by side, which settings differ, and how similar the pictures are']],
  epilogue: 'The pictures are shown where the terminal can draw them (kitty, iTerm2, or COLORTERM=truecolor).',
  run: async ({ a: first, b: second }, context) => {
    const gallery = await openGallery(context);
    const [a, b] = [await gallery.get(first), await gallery.get(second)];
    const [left, right] = await Promise.all([decodeImage(a.path), decodeImage(b.path)]);
    const { same, different } = differingFields(a, b);
    const identical = a.image.sha256 === b.image.sha256 || (left.width === right.width && Buffer.from(left.data).equals(right.data));
    const distance = hashDistance(perceptualHash(left), perceptualHash(right));
    const ratio = signalToNoise(left, right);
    if (!context.json) await showBoth(context, left, right);
    return {
      json: { a: a.id, b: b.id, identical, hashDistance: distance, psnr: ratio, same, different },
      text: comparedLines([a, b], different),
      notes: [likenessLine({ identical, distance, ratio }, different.length, same.length)],
    };
  },
});
