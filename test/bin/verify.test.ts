/** `ai-artist verify`: where a picture is from. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { equal, is, match } from 'uvu/assert';
import { suite } from '../harness.ts';
import { cli, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'verify home');
const file = (name: string): string => path.join(scratch, name);

interface Verified {
  verdict: string;
  manifest: { state: string; byThisHome: boolean } | null;
  recipe: { source: string } | null;
  watermark: { payload: string; kept: number } | null;
  work: { id: string; match: string } | null;
}

async function verify(picture: string, at = home): Promise<Verified & { code: number | null }> {
  const result = await cli(['verify', picture, '--home', at, '--json']);
  return { ...(jsonOf(result) as unknown as Verified), code: result.code };
}

suite('bin verify', { timeoutMs: 180_000 }, (test) => {
  let work = '';
  let id = '';
  test.before(async () => {
    mkdirSync(home);
    const set = ['provenance.sign=true', 'provenance.watermark=true'].flatMap((one) => ['--set', one]);
    // Two steps leave a blur, whose mark is lost in a tenth of small JPEGs; of six steps none of 60 was.
    const created = await cli(['create', 'a red fox', '--steps', '6', '--seed', '7', '--home', home, '--json', ...set]);
    is(created.code, 0, created.stderr);
    work = String(jsonOf(created)['path']);
    id = path.basename(work, '.png');
  });

  test('a filed work: signed by this home, with its recipe and watermark, this very file', async () => {
    const { code, verdict, manifest, recipe, watermark, work: found } = await verify(work);
    equal([code, verdict, manifest?.state, manifest?.byThisHome], [0, 'proven', 'valid', true]);
    equal([recipe?.source, watermark?.payload, found?.id, found?.match], ['ai-artist', id.slice(-8), id, 'file']);
    const { stdout } = await cli(['verify', work, '--home', home]);
    match(
      stdout,
      /^manifest: valid, signed by this home \(ai-artist home [0-9a-f]{8}\)\n {2}says: with ai-artist .*trainedAlgorithmicMedia.*work 01/,
    );
    match(
      stdout,
      new RegExp(
        `\\nrecipe: by ai-artist: a red fox, seed 7 \\(not protected\\)\\nwatermark: ${id.slice(-8)}\\ngallery: this file is work ${id}\\n$`,
      ),
    );
  });

  test('a changed file: exit status 1', async () => {
    const bytes = readFileSync(work);
    const at = bytes.length - 40;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file('changed.png'), bytes);
    const { code, verdict, manifest } = await verify(file('changed.png'));
    equal([code, verdict, manifest?.state], [1, 'refuted', 'tampered']);
    match((await cli(['verify', file('changed.png'), '--home', home])).stdout, /^manifest: TAMPERED/);
  });

  test('a JPEG of half the size, without any metadata: known by its watermark and pixels', async () => {
    await sharp(work).resize(256).jpeg({ quality: 75 }).toFile(file('small.jpg'));
    const { code, manifest, recipe, watermark, work: found } = await verify(file('small.jpg'));
    equal([code, manifest?.state, recipe, watermark?.payload, found?.id, found?.match], [0, 'absent', null, id.slice(-8), id, 'similar']);
  });

  test('a cut picture: named by its watermark', async () => {
    await sharp(work).extract({ left: 40, top: 20, width: 461, height: 461 }).jpeg({ quality: 80 }).toFile(file('cut.jpg'));
    const { code, watermark, work: found } = await verify(file('cut.jpg'));
    equal([code, watermark?.payload, found?.id, found?.match], [0, id.slice(-8), id, 'mark']);
  });

  test('another home knows the signature, not the signer, the watermark or the work', async () => {
    const { code, manifest, watermark, work: found } = await verify(work, path.join(scratch, 'another home'));
    equal([code, manifest?.state, manifest?.byThisHome, watermark, found], [0, 'valid', false, null, null]);
  });

  test('a picture from elsewhere: exit status 3; no picture: an error', async () => {
    await sharp({ create: { width: 300, height: 300, channels: 3, background: '#48f' } })
      .png()
      .toFile(file('plain.png'));
    const { code, verdict, manifest, recipe, work: found } = await verify(file('plain.png'));
    equal([code, verdict, manifest?.state, recipe, found], [3, 'unknown', 'absent', null, null]);
    match(
      (await cli(['verify', file('plain.png'), '--home', home])).stdout,
      /^manifest: none\nrecipe: none\nwatermark: none of this home\ngallery: not a work of this gallery\n$/,
    );
    copyFileSync(new URL(import.meta.url), file('text.png'));
    const refused = await cli(['verify', file('text.png'), '--home', home]);
    is(refused.code, 1);
    match(refused.stderr, /expected a picture/);
    is((await cli(['verify', file('none.png'), '--home', home])).code, 1);
  });

  test('a copy that a network has shrunk, encoded anew and stripped is found by its looks; a work is named by its id', async () => {
    const plain = path.join(scratch, 'plain home');
    const paint = ['create', '--steps', '2', '--no-score', '--home', plain, '--json'];
    const painted = await cli([...paint, 'a red apple on a table', '--seed', '5']);
    is((await cli([...paint, 'a green frog at night', '--seed', '6'])).code, 0);
    const original = String(jsonOf(painted)['path']);
    const copy = file('stripped.jpg');
    await sharp(original).resize(300, 300).jpeg({ quality: 70 }).toFile(copy);
    const found = await verify(copy, plain);
    equal([found.code, found.recipe, found.work?.id, found.work?.match], [0, null, path.basename(original, '.png'), 'similar']);
    const mirrored = file('mirrored.jpg');
    await sharp(original).flop().modulate({ hue: 120 }).jpeg().toFile(mirrored);
    equal((await verify(mirrored, plain)).work, null);
    equal((await verify('latest', plain)).work?.match, 'file');
    const missing = await cli(['verify', 'nothing', '--home', plain]);
    match(missing.stderr, /ERR_NOT_FOUND/);
  });
});
