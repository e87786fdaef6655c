import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { writeFileAtomic } from '../../lib/core/index.ts';
import { ArtImage, decodeImage, type EncodeOptions, type ImageFormat, imageFormats, readRecipe } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { fullRecipe, picture, rejects } from './pictures.ts';

let folder = '';
const raw = picture(48, 32);
const image = new ArtImage(raw, fullRecipe);

suite('ArtImage', (test) => {
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-image-'));
  });
  test.after(() => rm(folder, { recursive: true, force: true }));

  const shared = new Uint8Array(new SharedArrayBuffer(12));
  const detached = new Uint8Array(12);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const badRaw: [unknown, RegExp][] = [
    [{ data: new Uint8Array(11), width: 2, height: 2, channels: 3 }, /^data: expected 12 bytes \(2x2x3\), got 11$/],
    [{ data: [1, 2, 3], width: 1, height: 1, channels: 3 }, /^data: expected a Uint8Array or Buffer, got an array of 3$/],
    [
      { data: new Uint16Array(12), width: 2, height: 2, channels: 3 },
      /^data: expected a Uint8Array or Buffer, got Uint16Array of 24 bytes$/,
    ],
    [{ data: shared, width: 2, height: 2, channels: 3 }, /^data: expected bytes of its own, got a SharedArrayBuffer/],
    [{ data: detached, width: 2, height: 2, channels: 3 }, /^data: expected bytes, got a detached buffer/],
    [{ data: new Uint8Array(0), width: 0, height: 2, channels: 3 }, /^width: expected an integer 1\.\.16384 \(pixels\), got 0$/],
    [{ data: new Uint8Array(12), width: 2, height: Number.NaN, channels: 3 }, /^height: .*got NaN$/],
    [{ data: new Uint8Array(12), width: 2, height: 2, channels: 5 }, /^channels: expected 1, 2, 3 or 4, got 5$/],
  ];
  for (const [value, message] of badRaw)
    test(`rejects raw pixels: ${message.source}`, () => rejects(() => new ArtImage(value as typeof raw), 'ERR_INVALID_ARGUMENT', message));

  test('rejects a recipe with a wrong field, by its name', () =>
    rejects(
      () => new ArtImage(raw, { ...fullRecipe, seed: -1 }),
      'ERR_INVALID_ARGUMENT',
      /^seed: expected a number of at least 0, got -1$/,
    ));

  const badSaves: [string, unknown, string, RegExp][] = [
    [
      'picture.bmp',
      {},
      'ERR_INVALID_ARGUMENT',
      /^path: expected a name ending in \.png, \.jpg, \.jpeg or \.webp \(or the option format\), got ".*picture\.bmp"$/,
    ],
    ['picture', {}, 'ERR_INVALID_ARGUMENT', /^path: expected a name ending in/],
    ['a\0b.png', {}, 'ERR_INVALID_ARGUMENT', /^path: expected the path of a file/],
    ['p.png', { quality: 80 }, 'ERR_INVALID_ARGUMENT', /^quality: expected nothing for png/],
    ['p.jpg', { quality: 0 }, 'ERR_INVALID_ARGUMENT', /^quality: expected a number of at least 1, got 0$/],
    ['p.jpg', { quality: 101 }, 'ERR_INVALID_ARGUMENT', /^quality: expected a number of at most 100, got 101$/],
    ['p.jpg', { lossless: true }, 'ERR_INVALID_ARGUMENT', /^lossless: expected nothing for jpeg/],
    ['p.jpg', { qualty: 80 }, 'ERR_INVALID_ARGUMENT', /did you mean quality\?$/],
    ['p.png', { format: 'gif' }, 'ERR_INVALID_ARGUMENT', /^format: expected one of png, jpeg, webp, got "gif"$/],
  ];
  for (const [name, options, code, message] of badSaves) {
    test(`save rejects ${JSON.stringify(name)} ${JSON.stringify(options)}`, async () => {
      await rejects(() => image.save(join(folder, name), options as object), code, message);
      is(existsSync(join(folder, 'p.png')), false);
    });
  }
  test('toBuffer rejects an unknown format', () =>
    rejects(() => image.toBuffer('tiff' as ImageFormat), 'ERR_INVALID_ARGUMENT', /^format: expected one of png, jpeg, webp, got "tiff"$/));
  test('webp of 16384 pixels is refused with the way out', () =>
    rejects(
      () => new ArtImage(picture(16384, 1, 1)).toBuffer('webp'),
      'ERR_IMAGE_ENCODE',
      /^webp: expected edges up to 16383 pixels, got 16384x1\. Use png$/,
    ));

  for (const format of imageFormats) {
    test(`${format}: pixels, recipe and label come back through sharp and readRecipe`, async () => {
      const options: EncodeOptions = format === 'webp' ? { lossless: true } : {};
      const bytes = await image.toBuffer(format, options);
      const metadata = await sharp(bytes).metadata();
      equal([metadata.format, metadata.width, metadata.height, metadata.channels], [format, 48, 32, 3]);
      match(
        String(metadata.xmp),
        '<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</',
      );
      const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      const worst = raw.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (data[at] ?? 0))), 0);
      ok(worst <= (format === 'jpeg' ? 24 : 0), `pixels differ by up to ${worst}`); // JPEG quality 90 on noise of amplitude 10
      const found = await readRecipe(bytes);
      is(found?.source, 'ai-artist');
      equal(found?.recipe, fullRecipe);
    });
  }

  for (const [mode, word] of [
    ['txt2img', 'trainedAlgorithmicMedia'],
    ['img2img', 'compositeWithTrainedAlgorithmicMedia'],
    ['inpaint', 'compositeWithTrainedAlgorithmicMedia'],
    ['edit', 'compositeWithTrainedAlgorithmicMedia'],
    ['upscale', 'algorithmicallyEnhanced'],
  ] as const) {
    test(`${mode} is labelled ${word} in every format`, async () => {
      for (const format of imageFormats) {
        const { xmp } = await sharp(await new ArtImage(raw, { prompt: 'x', mode }).toBuffer(format)).metadata();
        match(String(xmp), `digitalsourcetype/${word}<`);
      }
    });
  }

  test('embedRecipe: false keeps the label and drops prompt and settings', async () => {
    for (const format of imageFormats) {
      const bytes = await image.toBuffer(format, { embedRecipe: false });
      match(String((await sharp(bytes).metadata()).xmp), 'trainedAlgorithmicMedia');
      is(await readRecipe(bytes), undefined);
      is(bytes.includes('fox'), false);
      is(bytes.includes(Buffer.from('fox', 'utf16le')), false);
    }
  });
  test('a picture without a recipe is still labelled', async () => {
    const { xmp } = await sharp(await new ArtImage(raw).toBuffer('png')).metadata();
    match(String(xmp), 'trainedAlgorithmicMedia');
  });

  test('png bytes are the same every time, also after a concurrent encode', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => image.toBuffer('png')));
    for (const bytes of all) ok(bytes.equals(all[0] as Buffer));
    ok(!(await new ArtImage(raw, { ...fullRecipe, seed: 1 }).toBuffer('png')).equals(all[0] as Buffer));
  });

  for (const channels of [1, 2, 3, 4]) {
    test(`${channels} channels are written by every format and read back`, async () => {
      const source = picture(40, 24, channels);
      for (const format of imageFormats) {
        const bytes = await new ArtImage(source, fullRecipe).toBuffer(format);
        const { width, height, hasAlpha } = await sharp(bytes).metadata();
        equal([width, height], [40, 24]);
        is(hasAlpha, channels % 2 === 0 && format !== 'jpeg', `${format} alpha`);
        equal((await readRecipe(bytes))?.recipe, fullRecipe);
        await sharp(bytes).raw().toBuffer();
      }
    });
  }

  test('a prompt of 100 kB survives in every format; jpeg shortens what others read', async () => {
    const recipe = { ...fullRecipe, prompt: 'snow, "ice": 🦊\n'.repeat(7000), negativePrompt: 'x'.repeat(50_000) };
    for (const format of imageFormats) {
      const bytes = await new ArtImage(raw, recipe).toBuffer(format);
      await sharp(bytes).raw().toBuffer();
      const found = await readRecipe(bytes);
      equal(found?.recipe, recipe, format);
      match(String((await sharp(bytes).metadata()).xmp), 'trainedAlgorithmicMedia');
    }
    const shown = (await readRecipe(await new ArtImage(raw, recipe).toBuffer('jpeg')))?.raw.UserComment ?? '';
    match(shown, /…\nNegative prompt: x+…\nSteps: 20, Sampler: DPM\+\+ 2M, Schedule type: Karras, /);
  });

  test('toSharp gives the pixels', async () => {
    const { data } = await (await image.toSharp()).raw().toBuffer({ resolveWithObject: true });
    ok(Buffer.from(raw.data).equals(data));
  });
  test('JSON shows size and recipe, not the pixels', () =>
    equal(JSON.parse(JSON.stringify(image)), { width: 48, height: 32, channels: 3, recipe: JSON.parse(JSON.stringify(fullRecipe)) }));

  test('save makes folders, chooses the format by the name, tells path and size, leaves no other file', async () => {
    for (const [name, format] of [
      ['a.png', 'png'],
      ['b.JPG', 'jpeg'],
      ['c.jpeg', 'jpeg'],
      ['d.webp', 'webp'],
    ] as const) {
      const path = join(folder, 'new', 'deep', name);
      const saved = await image.save(path);
      equal(saved, { path, format, bytes: (await stat(path)).size });
      is((await sharp(path).metadata()).format, format);
    }
    equal((await readdir(join(folder, 'new', 'deep'))).sort(), ['a.png', 'b.JPG', 'c.jpeg', 'd.webp']);
  });
  test('format goes before the ending of the name', async () => {
    await image.save(join(folder, 'named.txt'), { format: 'webp', quality: 50 });
    is((await sharp(join(folder, 'named.txt')).metadata()).format, 'webp');
  });
  test('an existing file is replaced, and kept with overwrite: false', async () => {
    const path = join(folder, 'existing.png');
    await writeFile(path, 'old');
    await rejects(
      () => image.save(path, { overwrite: false }),
      'ERR_ALREADY_EXISTS',
      /existing\.png: expected no file there, got an existing one\. Choose another name or pass overwrite: true$/,
    );
    is(await readFile(path, 'utf8'), 'old');
    await image.save(path);
    is((await sharp(path).metadata()).format, 'png');
  });
  test('of many saves with overwrite: false under one name exactly one wins', async () => {
    const path = join(folder, 'race', 'one.png');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => image.save(path, { overwrite: false })));
    is(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) if (result.status === 'rejected') is((result.reason as { code: string }).code, 'ERR_ALREADY_EXISTS');
    equal(await readdir(join(folder, 'race')), ['one.png']);
  });
  test('a reader never sees half a file while it is replaced', async () => {
    const path = join(folder, 'swap.png');
    await image.save(path);
    const whole = await readFile(path);
    const saves = (async () => {
      for (let round = 0; round < 15; round++) await image.save(path);
      return 'done';
    })();
    while ((await Promise.race([saves, readFile(path)])) !== 'done') ok((await readFile(path)).equals(whole));
  });
  test('a folder in the place of the file, and a file in the place of a folder', async () => {
    await rejects(
      () => image.save(folder, { format: 'png' }),
      'ERR_WRITE',
      /expected the path of a file, got a directory\. Add a file name$/,
    );
    await writeFile(join(folder, 'file'), 'x');
    await rejects(() => image.save(join(folder, 'file', 'a.png')), 'ERR_WRITE', /a file where a folder should be$/);
    await rejects(() => image.save(join(folder, `${'n'.repeat(300)}.png`)), 'ERR_WRITE', /ENAMETOOLONG/);
  });
  if (process.platform !== 'win32') {
    test('a link is followed, not replaced', async () => {
      await image.save(join(folder, 'target.png'));
      await symlink(join(folder, 'target.png'), join(folder, 'link.png'));
      await new ArtImage(picture(8, 8)).save(join(folder, 'link.png'));
      is((await sharp(join(folder, 'target.png')).metadata()).width, 8);
    });
    test('the mode of a replaced file stays', async () => {
      const path = join(folder, 'private.png');
      await writeFile(path, '', { mode: 0o600 });
      await image.save(path);
      is((await stat(path)).mode & 0o777, 0o600);
    });
    test('a device is refused, and neither written to nor replaced', async () => {
      await rejects(
        () => image.save('/dev/null', { format: 'png' }),
        'ERR_WRITE',
        /^\/dev\/null: expected a file or nothing there, got a device\. Choose another name$/,
      );
      ok((await stat('/dev/null')).isCharacterDevice());
    });
  }
  if (existsSync('/dev/full')) {
    test('a full disk is ERR_DISK_FULL', () =>
      rejects(
        async () => writeFileAtomic('/dev/full', await image.toBuffer()),
        'ERR_DISK_FULL',
        /^\/dev\/full: expected room on the disk, got ENOSPC\. Free some space or save elsewhere$/,
      ));
  }
  if (process.platform === 'linux') {
    test('a place without permission is ERR_WRITE and leaves nothing behind', async () => {
      // /proc refuses new files also to root, whom folder modes do not stop.
      const before = await readdir('/proc/self/task');
      await rejects(
        () => image.save('/proc/self/task/a.png'),
        'ERR_WRITE',
        /^\/proc\/self\/task\/a\.png: expected a place that can be written, got /,
      );
      equal(await readdir('/proc/self/task'), before);
    });
  }
  test('encoding leaves the event loop free', async () => {
    const big = new ArtImage(picture(1024, 1024), fullRecipe);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const started = performance.now();
    await big.toBuffer('png');
    const took = performance.now() - started;
    clearInterval(timer);
    ok(longest < Math.max(30, took / 2), `the loop stood still for ${longest.toFixed(0)} of ${took.toFixed(0)} ms`);
  });
  for (const [format, type] of [
    ['png', 'image/png'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/webp'],
  ] as const)
    test(`toBlob and toStream give the bytes of toBuffer: ${format}`, async () => {
      const bytes = await image.toBuffer(format, { embedRecipe: false });
      const blob = await image.toBlob(format, { embedRecipe: false });
      is(blob.type, type);
      ok(Buffer.from(await blob.arrayBuffer()).equals(bytes));
      ok((await buffer(image.toStream(format, { embedRecipe: false }))).equals(bytes));
    });
  test('toBlob and toStream refuse what toBuffer refuses; a picture that cannot be encoded is the error of the stream', async () => {
    await rejects(
      () => image.toBlob('tiff' as ImageFormat),
      'ERR_INVALID_ARGUMENT',
      /^format: expected one of png, jpeg, webp, got "tiff"$/,
    );
    await rejects(
      () => image.toStream('tiff' as ImageFormat),
      'ERR_INVALID_ARGUMENT',
      /^format: expected one of png, jpeg, webp, got "tiff"$/,
    );
    await rejects(
      () => buffer(new ArtImage(picture(16384, 1, 1)).toStream('webp')),
      'ERR_IMAGE_ENCODE',
      /^webp: expected edges up to 16383/,
    );
  });
  test('decodeImage takes an ArtImage as it is', async () => is((await decodeImage(image)).data.buffer, image.data.buffer));
  test('importing the folder loads no sharp', () => {
    const script =
      "await import('./lib/image/index.ts'); console.log(Object.keys(process.report.getReport().sharedObjects).length, process.report.getReport().sharedObjects.some((name) => /sharp|vips/.test(name)))";
    const printed = execFileSync(process.execPath, ['--import', typescript, '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
    match(printed, / false\n$/);
  });
});
