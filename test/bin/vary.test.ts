import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, jsonOf, scratch } from './support.ts';

interface Filed {
  works: { id: string; path: string; prompt: string; seed: number; width: number; from: { work: string; as: string }[] }[];
}

const worksOf = (result: unknown): Filed['works'] => (jsonOf(result as never) as unknown as Filed).works;

suite('bin vary', { timeoutMs: 300_000 }, (test) => {
  const home = path.join(scratch, 'vary-home');
  const gallery = new Gallery({ home });
  const parent = { id: '', seed: 0 };
  test.before(async () => {
    const painted = await cli([
      'create',
      'flat vector art of a fox in the snow',
      '--steps',
      '2',
      '--width',
      '128',
      '--height',
      '128',
      '--no-upscale',
      '--seed',
      '7',
      '--json',
      '--home',
      home,
    ]);
    assert.is(painted.code, 0, painted.stderr);
    Object.assign(parent, jsonOf(painted));
  });

  test('vary paints the recipe with other noise and files each work with its parent', async () => {
    const [result] = await cliSeries([['vary', 'latest', '--count', '2', '--json', '--home', home]]);
    assert.is(result?.code, 0, result?.stderr);
    const works = worksOf(result);
    assert.is(works.length, 2);
    for (const { prompt, seed, from } of works) {
      assert.is(prompt, 'flat vector art of a fox in the snow');
      assert.is.not(seed, 7);
      assert.equal(from, [{ work: parent.id, as: 'recipe' }]);
    }
    assert.equal((await gallery.select(`from:${parent.id}`)).sort(), works.map(({ id }) => id).sort());
    assert.is((await gallery.get(works[0]?.id ?? '')).recipe?.steps, 2);
  });

  test('--strength begins with the picture; --keep says what stays', async () => {
    const results = await cliSeries([
      ['vary', parent.id, '--count', '1', '--strength', '0.5', '--json', '--home', home],
      ['vary', parent.id, '--count', '1', '--keep', 'style', '--json', '--home', home],
      ['vary', parent.id, '--count', '1', '--keep', 'subject', '--json', '--home', home],
      ['vary', parent.id, '--count', '1', '--keep', 'seed', '--json', '--home', home],
      ['vary', parent.id, '--keep', 'colour', '--home', home],
      ['vary', 'ZZZZ', '--home', home],
    ]);
    const [close, style, subject, seed] = results.slice(0, 4).map((result) => worksOf(result)[0]);
    assert.equal(close?.from, [{ work: parent.id, as: 'initImage' }]);
    assert.is((await gallery.get(close?.id ?? '')).recipe?.denoisingStrength, 0.5);
    assert.match(style?.prompt ?? '', /^flat vector art/);
    assert.not.match(style?.prompt ?? '', /\bfox in the snow\b/);
    assert.match(subject?.prompt ?? '', /\bfox\b/);
    assert.match(seed?.prompt ?? '', /\bfox\b/);
    assert.is(seed?.seed, 7);
    assert.equal(
      results.slice(4).map(({ code }) => code),
      [2, 1],
    );
  });

  test('upscale of an id files the enlarged work with its parent', async () => {
    const results = await cliSeries([
      ['upscale', parent.id, '--json', '--home', home],
      ['upscale', parent.id, '--out', 'x.png', '--home', home],
      ['upscale', 'nofile.png', '--home', home],
    ]);
    assert.is(results[0]?.code, 0, results[0]?.stderr);
    const { id, width, from } = jsonOf(results[0] as never) as unknown as { id: string; width: number; from: unknown };
    assert.equal([width, from], [512, [{ work: parent.id, as: 'initImage' }]]);
    assert.is((await gallery.get(id)).title, (await gallery.get(parent.id)).title);
    assert.match(results[1]?.stderr ?? '', /--out: expected to be left out for a work/);
    assert.match(results[2]?.stderr ?? '', /nofile\.png/);
  });

  test('inpaint paints the white part of the mask anew and keeps the rest', async () => {
    const mask = path.join(scratch, 'mask.png');
    const white = await sharp({ create: { width: 64, height: 128, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const black = sharp({ create: { width: 128, height: 128, channels: 3, background: '#000' } });
    writeFileSync(
      mask,
      await black
        .composite([{ input: white, left: 64, top: 0 }])
        .png()
        .toBuffer(),
    );
    const [result, none] = await cliSeries([
      ['inpaint', parent.id, '--mask', mask, '--prompt', 'flat vector art of an owl', '--json', '--home', home],
      ['inpaint', parent.id, '--home', home],
    ]);
    assert.is(result?.code, 0, result?.stderr);
    const [work] = worksOf(result);
    assert.equal(work?.from, [{ work: parent.id, as: 'initImage' }]);
    const halves = async (file: string): Promise<Buffer[]> =>
      Promise.all([0, 64].map((left) => sharp(file).extract({ left, top: 0, width: 48, height: 128 }).removeAlpha().raw().toBuffer()));
    const [before, after] = [await halves((await gallery.get(parent.id)).path), await halves(work?.path ?? '')];
    const apart = (a: Buffer, b: Buffer): number => a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
    const [left, right] = before.map((half, at) => apart(half, after[at] as Buffer));
    assert.ok((left ?? 0) < (right ?? 0) / 2, `${left} ${right}`);
    assert.match(none?.stderr ?? '', /--mask: expected a picture/);
  });
});
