import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { infotext } from '../image/foreign-samples.ts';
import { cliSeries, jsonOf, scratch } from './support.ts';

suite('bin inspect', (test) => {
  test('every kind of picture that can carry a recipe is read as one', async () => {
    const kinds = ['png', 'jpeg', 'webp', 'avif'] as const;
    const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: '#88aacc' } }).withExif({
      IFD0: { ImageDescription: infotext },
    });
    const files = kinds.map((kind) => path.join(scratch, `foreign.${kind}`));
    for (const [index, kind] of kinds.entries())
      await picture
        .clone()
        .toFormat(kind)
        .toFile(files[index] ?? '');
    const results = await cliSeries(files.map((file) => ['inspect', file, '--json']));
    for (const [index, result] of results.entries()) {
      const { source, recipe } = jsonOf(result) as unknown as { source: string; recipe: { seed: number; model: { name: string } } };
      assert.equal([source, recipe?.seed, recipe?.model.name], ['a1111', 42, 'v1-5-pruned'], kinds[index]);
    }
  });
});
