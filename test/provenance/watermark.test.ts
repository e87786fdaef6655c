/** Invisible watermarks. Rates over 200 pictures: bench/provenance/watermark.ts. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Sharp } from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { createArtist, reproduce } from '../../lib/doors/artist.ts';
import { isArtistError } from '../../lib/doors/core.ts';
import { ArtImage, decodeImage, type RawImage } from '../../lib/doors/image.ts';
import { embedWatermark, findWatermark, openIdentity, openWatermarkKey, readManifest } from '../../lib/doors/provenance.ts';
import { pixelDifference } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { newHome, painting } from './support.ts';

const key = { secret: Buffer.alloc(32, 5) };
const payload = 'QX7ZK03W';

async function after(picture: RawImage, attack: (sharp: Sharp) => Sharp): Promise<RawImage> {
  return decodeImage(await attack(await new ArtImage(picture).toSharp()).toBuffer());
}

const attacks: [name: string, attack: (sharp: Sharp) => Sharp][] = [
  ['nothing', (sharp) => sharp.png()],
  ['JPEG of quality 75', (sharp) => sharp.jpeg({ quality: 75 })],
  ['half the size', (sharp) => sharp.resize(256).png()],
  ['twice the size', (sharp) => sharp.resize(1024).png()],
  ['a tenth of each edge cut off', (sharp) => sharp.extract({ left: 37, top: 12, width: 461, height: 461 }).png()],
  ['a tenth of the width cut off, and JPEG', (sharp) => sharp.extract({ left: 51, top: 0, width: 461, height: 512 }).jpeg({ quality: 75 })],
];

suite('watermarks', (test) => {
  for (const [name, attack] of attacks)
    test(`are found after ${name}`, async () => {
      const marked = await embedWatermark(painting(512), key, payload);
      is((await findWatermark(await after(marked, attack), key))?.payload, payload);
    });
  test('are found in a tall and in a wide picture, and in one with alpha', async () => {
    for (const [width, height] of [
      [384, 768],
      [900, 420],
    ] as const) {
      const data = Uint8Array.from({ length: width * height * 4 }, (_, at) =>
        at % 4 === 3 ? 200 : 120 + 60 * Math.sin(at / 900) + (at % 13),
      );
      const picture = { data, width, height, channels: 4 };
      const marked = await embedWatermark(picture, key, payload);
      is((await findWatermark(marked, key))?.payload, payload, `${width}x${height}`);
      ok(
        marked.data.every((value, at) => at % 4 !== 3 || value === 200),
        'alpha stays',
      );
    }
  });
  test('are not seen: at least 40 dB, a few steps in each pixel, and the same again', async () => {
    const picture = painting(512);
    const marked = await embedWatermark(picture, key, payload);
    const difference = pixelDifference(picture, marked);
    ok((difference?.psnr ?? 0) > 40, `${difference?.psnr} dB`);
    ok((difference?.largest ?? 255) <= 12, `${difference?.largest}`);
    equal((await embedWatermark(picture, key, payload)).data, marked.data);
  });
  test('are found with their key alone, and not where there is none', async () => {
    const marked = await embedWatermark(painting(512), key, payload);
    is(await findWatermark(marked, { secret: Buffer.alloc(32, 6) }), undefined);
    is(await findWatermark(painting(512), key), undefined);
    const noise = Uint8Array.from({ length: 300 * 300 * 3 }, (_, at) => (at * 2_654_435_761) >>> 24);
    is(await findWatermark({ data: noise, width: 300, height: 300, channels: 3 }, key), undefined);
    is(await findWatermark({ data: new Uint8Array(3).fill(255), width: 1, height: 1, channels: 3 }, key), undefined);
  });
  test('are refused with a payload of another form, and in small pictures', async () => {
    const refused = (picture: RawImage, text: string): Promise<string> =>
      embedWatermark(picture, key, text).then(
        () => 'accepted',
        (error: unknown) => (isArtistError(error) ? `${error.code} ${error.message}` : String(error)),
      );
    match(await refused(painting(512), 'ABC'), /^ERR_INVALID_ARGUMENT payload: expected 8 characters/);
    match(await refused(painting(512), 'ABCDEFGI'), /^ERR_INVALID_ARGUMENT payload/);
    match(await refused(painting(128), payload), /^ERR_UNSUPPORTED watermark: expected a picture of at least 256x256/);
  });
  test('have a key of their home, made once, private, and not replaced when it is damaged', async () => {
    const home = newHome();
    const keys = await Promise.all(Array.from({ length: 5 }, () => openWatermarkKey(home)));
    is(new Set(keys.map(({ secret }) => Buffer.from(secret).toString('hex'))).size, 1);
    const file = path.join(home, 'provenance/watermark.key');
    if (process.platform !== 'win32') is(statSync(file).mode & 0o777, 0o600);
    writeFileSync(file, 'short');
    const code = await openWatermarkKey(home).catch((error: unknown) => isArtistError(error, 'ERR_DAMAGED'));
    is(code, true);
    is(readFileSync(file, 'utf8'), 'short');
  });
  test('name the work that was filed with them, signed or not, and reproduce paints it again', async () => {
    for (const set of [['provenance.watermark=true'], ['provenance.watermark=true', 'provenance.sign=true']]) {
      const home = newHome();
      const config = await loadConfig({ home, set });
      await using artist = await createArtist({ home, config });
      const { work } = await artist.create({ prompt: 'a red apple', steps: 2, candidates: 1, score: false, upscale: true, seed: 3 });
      is((await findWatermark(await decodeImage(work.path), await openWatermarkKey(home)))?.payload, work.id.slice(-8));
      is(work.provenance?.['watermark'], work.id.slice(-8));
      const { state, byThisHome } = await readManifest(readFileSync(work.path), await openIdentity({ home }));
      equal([state, byThisHome], set.length === 2 ? ['valid', true] : ['absent', false]);
      is((await reproduce(work, { home })).verdict, 'bit-exact');
    }
  });
});
