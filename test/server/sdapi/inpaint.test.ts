import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { fillMasked } from '../../../lib/server/sdapi/pictures/fill-masked.ts';
import { paintedRegion } from '../../../lib/server/sdapi/pictures/inpaint.ts';
import { suite } from '../../harness.ts';

const picture = { width: 256, height: 192 };

suite('sdapi: the part that is inpainted', (test) => {
  for (const [name, bounds, padding, size, expected] of [
    ['with padding', [100, 60, 40, 40], 8, undefined, [92, 52, 56, 56]],
    ['at the edge of the picture', [0, 150, 20, 42], 30, undefined, [0, 120, 50, 72]],
    ['widened to the proportions of the size', [100, 60, 20, 40], 0, [64, 64], [90, 60, 40, 40]],
    ['made higher', [100, 60, 40, 20], 0, [64, 64], [100, 50, 40, 40]],
    ['widened at an edge', [246, 60, 10, 40], 0, [64, 64], [216, 60, 40, 40]],
    ['as far as the picture goes', [0, 0, 256, 10], 0, [64, 640], [0, 0, 256, 192]],
  ] as const)
    test(name, () => {
      const [left, top, width, height] = bounds;
      const wanted = size && { width: size[0], height: size[1] };
      const region = paintedRegion({ left, top, width, height }, padding, picture, wanted);
      assert.equal([region.left, region.top, region.width, region.height], expected);
    });

  test('what is under the mask becomes the colour around it; the rest stays exact', async () => {
    const raw = async (background: string, spot: string, channels: 1 | 3) => {
      const pipeline = sharp({ create: { width: 64, height: 64, channels: 3, background } }).composite([
        { input: { create: { width: 12, height: 12, channels: 3, background: spot } }, left: 20, top: 20 },
      ]);
      const flat = sharp(await pipeline.png().toBuffer())
        .removeAlpha()
        .toColourspace(channels === 1 ? 'b-w' : 'srgb');
      const { data, info } = await flat.raw().toBuffer({ resolveWithObject: true });
      assert.is(info.channels, channels);
      return { data: new Uint8Array(data), width: 64, height: 64, channels };
    };
    const filled = await fillMasked(await raw('#c04020', '#ffffff', 3), await raw('#000', '#fff', 1));
    const colours = new Set<string>();
    for (let at = 0; at < filled.data.length; at += 3) colours.add(filled.data.subarray(at, at + 3).join());
    for (const colour of colours) {
      const [r = 0, g = 0, b = 0] = colour.split(',').map(Number);
      // Layers of few visible pixels are rounded to 8 bits twice.
      assert.ok(Math.abs(r - 0xc0) <= 8 && Math.abs(g - 0x40) <= 8 && Math.abs(b - 0x20) <= 8, colour);
    }
    assert.equal([...filled.data.subarray(0, 3)], [0xc0, 0x40, 0x20]);
  });
});
