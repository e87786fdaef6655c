import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import type { Preprocessing } from '../../lib/clip/description/shape.ts';
import { fitPicture, preprocess } from '../../lib/clip/preprocess.ts';
import { suite } from '../harness.ts';
import { picture, readJson } from './support.ts';

interface Row {
  width: number;
  height: number;
  seed: number;
  edge: number;
  sha256: string;
  pixels?: string;
  /** Pillow 13 resizes the height of this picture first; Pillow up to 12, which the models were trained with, and we the width. */
  verticalFirst?: boolean;
}

function clipStyle(edge: number): Preprocessing {
  return { kernel: 'bicubic', shortSide: edge, mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.1] };
}

suite('preprocess', (test) => {
  for (const { width, height, seed, edge, sha256, pixels, verticalFirst } of readJson<Row[]>('preprocessing.json.gz')) {
    const what = `${width}x${height} to ${edge}: the pixels of transformers on PIL`;
    if (verticalFirst) {
      test(`${what}, but for the rounding between the passes`, async () => {
        const mine = await fitPicture(picture(width, height, seed), edge, clipStyle(edge));
        const expected = Buffer.from(pixels ?? '', 'base64');
        const sum = expected.reduce((total, value, at) => total + Math.abs(value - (mine[at] ?? 999)), 0);
        assert.ok(sum / mine.length <= 1, `mean difference ${sum / mine.length} of 255`);
      });
    } else {
      test(`${what}, bit for bit`, async () => {
        const mine = await fitPicture(picture(width, height, seed), edge, clipStyle(edge));
        if (pixels) assert.equal(Buffer.from(mine as Uint8Array), Buffer.from(pixels, 'base64'));
        assert.is(createHash('sha256').update(mine).digest('hex'), sha256);
      });
    }
  }

  test('planes are (value / 255 - mean) / deviation', async () => {
    const planes = new Float32Array(3 * 4);
    const data = Uint8Array.from([0, 51, 102, 255, 204, 153, 10, 20, 30, 1, 2, 3]);
    await preprocess({ data, width: 2, height: 2, channels: 3 }, 2, clipStyle(2), planes);
    const expected = [0, 1, 2].flatMap((c) =>
      [0, 1, 2, 3].map((at) => ((data[at * 3 + c] ?? 0) / 255 - ([0.5, 0.4, 0.3][c] ?? 0)) / ([0.25, 0.2, 0.1][c] ?? 0)),
    );
    for (const [at, value] of expected.entries()) assert.ok(Math.abs(value - (planes[at] ?? 99)) < 1e-6, `${at}: ${planes[at]}, ${value}`);
  });

  test('area: means of whole pixels, as torch adaptive_avg_pool2d', async () => {
    const area: Preprocessing = { ...clipStyle(2), kernel: 'area', shortSide: undefined };
    const grey = [0, 10, 20, 30, 40, 50, 60, 70, 80];
    const data = Uint8Array.from(grey.flatMap((value) => [value, value, value]));
    const small = await fitPicture({ data, width: 3, height: 3, channels: 3 }, 2, area);
    assert.equal(
      [0, 3, 6, 9].map((at) => small[at]),
      [20, 30, 50, 60],
    ); // 2x2 windows that share the middle
  });

  test('a picture of 30 megapixels leaves room for other work', async () => {
    const image = { data: new Uint8Array(6000 * 5000 * 3).fill(90), width: 6000, height: 5000, channels: 3 };
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const small = await fitPicture(image, 224, clipStyle(224));
    clearInterval(timer);
    assert.ok(small.every((value) => value === 90));
    assert.ok(turns >= 5, `${turns} turns of the event loop`);
  });
});
