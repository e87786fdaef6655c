import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { equal, is, ok } from 'uvu/assert';
import { type DecodeOptions, decodeImage, type ImageInput, resizeImage } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { picture, png, rejects } from './pictures.ts';

let folder = '';

/** A picture of one colour. */
const plain = (width: number, height: number, ...colour: number[]) => ({
  data: new Uint8Array(width * height * colour.length).map((_, at) => colour[at % colour.length] ?? 0),
  width,
  height,
  channels: colour.length,
});
const encode = (raw: { data: Uint8Array; width: number; height: number; channels: number }) =>
  sharp(raw.data, { raw: { width: raw.width, height: raw.height, channels: raw.channels as 3 } });

/** Expects every pixel to be this colour, each channel within `tolerance`. */
function allPixels({ data, channels }: { data: Uint8Array; channels: number }, colour: number[], tolerance = 0): void {
  is(channels, colour.length);
  const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - (colour[at % channels] ?? 0))), 0);
  ok(worst <= tolerance, `differs by ${worst} from ${colour.join(',')}: ${[...data.subarray(0, 6)].join(',')}`);
}

suite('decodeImage', (test) => {
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-decode-'));
  });
  test.after(() => rm(folder, { recursive: true, force: true }));

  const detached = new Uint8Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const bad: [unknown, DecodeOptions | undefined, string, RegExp][] = [
    [
      { data: new Uint8Array(10), width: 128, height: 128, channels: 3 },
      undefined,
      'ERR_INVALID_ARGUMENT',
      /^data: expected 49152 bytes \(128x128x3\), got 10$/,
    ],
    [
      { data: new Uint8Array(10), width: 1e9, height: 1, channels: 3 },
      undefined,
      'ERR_INVALID_ARGUMENT',
      /^width: expected an integer 1\.\.16384/,
    ],
    [
      { data: new Uint8Array(new SharedArrayBuffer(3)), width: 1, height: 1, channels: 3 },
      undefined,
      'ERR_INVALID_ARGUMENT',
      /SharedArrayBuffer\. Copy it first/,
    ],
    [new Uint8Array(new SharedArrayBuffer(3)), undefined, 'ERR_INVALID_ARGUMENT', /^image: .*SharedArrayBuffer/],
    [detached, undefined, 'ERR_INVALID_ARGUMENT', /^image: .*detached/],
    [
      { width: 1, height: 1, channels: 3 },
      undefined,
      'ERR_INVALID_ARGUMENT',
      /^image: expected a path, bytes or \{ data, width, height, channels \}, got an object$/,
    ],
    [null, undefined, 'ERR_INVALID_ARGUMENT', /, got null$/],
    [new Float32Array(4), undefined, 'ERR_INVALID_ARGUMENT', /^image: expected a Uint8Array or Buffer, got Float32Array of 16 bytes$/],
    [plain(1, 1, 1, 2, 3), { channels: 4 as 3 }, 'ERR_INVALID_ARGUMENT', /^channels: /],
    [plain(1, 1, 1, 2, 3), { maxPixel: 4 } as DecodeOptions, 'ERR_INVALID_ARGUMENT', /did you mean maxPixels\?$/],
    [
      Buffer.alloc(0),
      undefined,
      'ERR_IMAGE_DECODE',
      /^image: expected a picture \(PNG, JPEG, WebP, AVIF, TIFF or GIF\), got an empty file$/,
    ],
    [Buffer.from('hello, I am text'), undefined, 'ERR_IMAGE_DECODE', /got bytes of an unknown kind \(68 65 6c 6c 6f 2c 20 49\)$/],
    [Buffer.from('<svg width="9" height="9"/>'), undefined, 'ERR_IMAGE_DECODE', /got an SVG or XML file$/],
    [Buffer.from('\x10\0\0\0\0\0\0\0{"__metadata__"', 'latin1'), undefined, 'ERR_IMAGE_DECODE', /got a safetensors file$/],
    [Buffer.from('GGUF'), undefined, 'ERR_IMAGE_DECODE', /got a GGUF model$/],
    [png().subarray(0, 45), undefined, 'ERR_IMAGE_DECODE', /got a damaged png/],
  ];
  for (const [input, options, code, message] of bad)
    test(`rejects: ${message.source}`, () => rejects(() => decodeImage(input as ImageInput, options), code, message));

  test('an error names the file', async () => {
    const path = join(folder, 'cut.jpg');
    const whole = await encode(picture(64, 64)).jpeg().toBuffer();
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await rejects(() => decodeImage(path), 'ERR_IMAGE_DECODE', /cut\.jpg: expected a picture .*, got a damaged jpeg \(/);
    await writeFile(path, '');
    await rejects(() => decodeImage(path), 'ERR_IMAGE_DECODE', /cut\.jpg: expected a picture .*, got an empty file$/);
    await rejects(() => decodeImage(folder), 'ERR_READ', /got a directory$/);
  });
  test('cut png, webp, gif and tiff are errors too', async () => {
    for (const format of ['png', 'webp', 'gif', 'tiff'] as const) {
      const whole = await encode(picture(64, 64)).toFormat(format).toBuffer();
      await rejects(
        () => decodeImage(whole.subarray(0, Math.floor(whole.length * 0.6))),
        'ERR_IMAGE_DECODE',
        new RegExp(`got a damaged ${format}`),
      );
    }
  });
  test('a header that claims 60000x60000 is refused before anything is decoded', async () => {
    const bytes = png();
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    // The checksum no longer fits; either way it is refused.
    await rejects(() => decodeImage(bytes), 'ERR_IMAGE_DECODE', /^image: expected a picture/);
  });
  test('edges and pixels have limits, which the message names', async () => {
    const wide = await encode(plain(16_385, 1, 5))
      .png()
      .toBuffer();
    await rejects(
      () => decodeImage(wide),
      'ERR_IMAGE_DECODE',
      /got a png of 16385x1: its edges may have 16384 pixels\. Make it smaller first$/,
    );
    const small = await encode(plain(20, 20, 5))
      .png()
      .toBuffer();
    await rejects(
      () => decodeImage(small, { maxPixels: 399 }),
      'ERR_IMAGE_DECODE',
      /got a png of 20x20: it may have 399 pixels\. Make it smaller first, or raise maxPixels$/,
    );
    is((await decodeImage(small, { maxPixels: 400 })).width, 20);
  });

  for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const) {
    test(`${format}, as bytes and as a file`, async () => {
      const bytes = await encode(plain(10, 6, 200, 100, 50))
        .toFormat(format, { quality: 100 })
        .toBuffer();
      const path = join(folder, 'named-wrongly.txt');
      await writeFile(path, bytes);
      for (const input of [bytes, path, new Uint8Array(bytes)]) {
        const raw = await decodeImage(input);
        equal([raw.width, raw.height, raw.channels, raw.data.length], [10, 6, 3, 180]);
        allPixels(raw, [200, 100, 50], format === 'png' || format === 'tiff' ? 0 : 3);
      }
    });
  }
  const colours: [string, () => Promise<Buffer>, number[], number][] = [
    [
      'grey',
      () =>
        encode(plain(4, 4, 77))
          .png()
          .toBuffer(),
      [77, 77, 77],
      0,
    ],
    [
      'palette',
      () =>
        encode(plain(4, 4, 255, 0, 128))
          .png({ palette: true })
          .toBuffer(),
      [255, 0, 128],
      0,
    ],
    [
      '16 bit',
      () =>
        encode(plain(4, 4, 10, 128, 250))
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      [10, 128, 250],
      1,
    ],
    [
      '16 bit grey',
      () =>
        encode(plain(4, 4, 99))
          .toColourspace('grey16')
          .png()
          .toBuffer(),
      [99, 99, 99],
      1,
    ],
    // A CMYK round trip goes through a printer's profile: even a muted colour moves a little.
    [
      'CMYK',
      () =>
        encode(plain(8, 8, 150, 130, 110))
          .toColourspace('cmyk')
          .jpeg({ quality: 100 })
          .toBuffer(),
      [150, 130, 110],
      10,
    ],
    [
      'half transparent red on white',
      () =>
        encode(plain(4, 4, 255, 0, 0, 128))
          .png()
          .toBuffer(),
      [255, 127, 127],
      1,
    ],
    [
      'fully transparent is white',
      () =>
        encode(plain(4, 4, 9, 9, 9, 0))
          .webp({ lossless: true })
          .toBuffer(),
      [255, 255, 255],
      0,
    ],
    [
      'grey with alpha',
      () =>
        encode(plain(4, 4, 0, 128))
          .png()
          .toBuffer(),
      [127, 127, 127],
      1,
    ],
  ];
  for (const [name, make, colour, tolerance] of colours) {
    test(`${name} becomes 8-bit sRGB`, async () => allPixels(await decodeImage(await make()), colour, tolerance));
    test(`${name} becomes one channel for a mask`, async () => {
      const raw = await decodeImage(await make(), { channels: 1 });
      is(raw.channels, 1);
      is(raw.data.length, raw.width * raw.height);
    });
  }
  test('EXIF orientation is applied: all eight', async () => {
    // Left half black, right half white, 4x2; the dark side after turning.
    const data = Uint8Array.from({ length: 8 }, (_, at) => (at % 4 < 2 ? 0 : 255));
    const dark: Record<number, [number, number, string]> = {
      1: [4, 2, 'left'],
      2: [4, 2, 'right'],
      3: [4, 2, 'right'],
      4: [4, 2, 'left'],
      5: [2, 4, 'top'],
      6: [2, 4, 'top'],
      7: [2, 4, 'bottom'],
      8: [2, 4, 'bottom'],
    };
    for (const [orientation, [width, height, side]] of Object.entries(dark)) {
      const bytes = await sharp(data, { raw: { width: 4, height: 2, channels: 1 } })
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer();
      const raw = await decodeImage(bytes, { channels: 1 });
      equal([raw.width, raw.height], [width, height], `orientation ${orientation}`);
      const darkAt = side === 'left' || side === 'top' ? 0 : raw.data.length - 1;
      equal([raw.data[darkAt], raw.data[raw.data.length - 1 - darkAt]], [0, 255], `orientation ${orientation}`);
    }
  });
  test('of an animation the first frame counts', async () => {
    const frames = Buffer.concat([Buffer.alloc(3 * 64, 255), Buffer.alloc(3 * 64, 0)]);
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
        .toFormat(format, { lossless: true })
        .toBuffer();
      is((await sharp(bytes).metadata()).pages, 2, format);
      const raw = await decodeImage(bytes);
      equal([raw.width, raw.height], [8, 8]);
      allPixels(raw, [255, 255, 255]);
    }
  });
  test('raw pixels of the wanted channels are returned as they are; others are converted', async () => {
    const raw = picture(6, 4, 3);
    is((await decodeImage(raw)).data.buffer, raw.data.buffer);
    allPixels(await decodeImage(plain(2, 2, 50)), [50, 50, 50]);
    allPixels(await decodeImage(plain(2, 2, 255, 0, 0, 128)), [255, 127, 127], 1);
    allPixels(await decodeImage(plain(2, 2, 0, 0, 0, 0), { channels: 1 }), [255]);
    allPixels(await decodeImage(plain(2, 2, 100, 100, 100), { channels: 1 }), [100]);
    const clamped = new Uint8ClampedArray(plain(2, 2, 1, 2, 3).data);
    allPixels(await decodeImage({ data: clamped as unknown as Uint8Array, width: 2, height: 2, channels: 3 }), [1, 2, 3]);
  });
  test('a view into a larger buffer is read from its own place', async () => {
    const bytes = await encode(plain(3, 3, 9, 8, 7))
      .png()
      .toBuffer();
    const larger = new Uint8Array(bytes.length + 100).fill(255);
    larger.set(bytes, 50);
    allPixels(await decodeImage(larger.subarray(50, 50 + bytes.length)), [9, 8, 7]);
  });
});

suite('resizeImage', (test) => {
  for (const [width, height, fit, message] of [
    [0, 5, 'fill', /^width: expected a number of at least 1, got 0$/],
    [5, 1.5, 'fill', /^height: expected an integer, got 1\.5$/],
    [5, 20_000, 'fill', /^height: expected a number of at most 16384, got 20000$/],
    [5, 5, 'inside', /^fit: expected one of fill, cover, contain, got "inside"$/],
  ] as const) {
    test(`rejects ${width}x${height} ${fit}`, () =>
      rejects(() => resizeImage(picture(8, 8), width, height, fit as 'fill'), 'ERR_INVALID_ARGUMENT', message));
  }
  test('every number of channels stays, and a plain colour stays that colour', async () => {
    for (const colour of [[40], [40, 255], [10, 20, 30], [10, 20, 30, 255]]) {
      for (const fit of ['fill', 'cover'] as const) {
        const raw = await resizeImage(plain(9, 7, ...colour), 16, 16, fit);
        equal([raw.width, raw.height, raw.channels, raw.data.length], [16, 16, colour.length, 256 * colour.length]);
        allPixels(raw, colour, 1);
      }
    }
  });
  test('contain lays white bars, cover cuts at the centre', async () => {
    const contained = await resizeImage(plain(20, 10, 0, 0, 0), 20, 20, 'contain');
    equal([...contained.data.subarray(0, 3)], [255, 255, 255]);
    equal([...contained.data.subarray(20 * 10 * 3, 20 * 10 * 3 + 3)], [0, 0, 0]);
    const striped = Uint8Array.from({ length: 30 * 10 }, (_, at) => (at % 30 >= 10 && at % 30 < 20 ? 200 : 0));
    allPixels(await resizeImage({ data: striped, width: 30, height: 10, channels: 1 }, 10, 10, 'cover'), [200]);
  });
  test('the same size is returned as it is', async () => {
    const raw = picture(8, 8);
    is((await resizeImage(raw, 8, 8)).data.buffer, raw.data.buffer);
  });
});
