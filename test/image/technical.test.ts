import sharp from 'sharp';
import { equal, is, ok } from 'uvu/assert';
import {
  checkTechnical,
  hashDistance,
  judgeTechnical,
  measureTechnical,
  perceptualHash,
  type RawImage,
  resizeImage,
} from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { picture, random, rejects } from './pictures.ts';

const make = (colour: (x: number, y: number) => number[], width = 128, height = 128): RawImage => {
  const pixels = Array.from({ length: width * height }, (_, at) => colour(at % width, Math.floor(at / width)));
  return { data: Uint8Array.from(pixels.flat()), width, height, channels: pixels[0]?.length ?? 3 };
};
const grey = (value: number): number[] => [value, value, value];
const next = random(11);

/** name, picture, verdicts */
const cases: [string, RawImage, string[]][] = [
  ['all zeros (NaN from the decoder)', make(() => [0, 0, 0]), ['nan-black', 'blown-out']],
  ['one grey', make(() => grey(128)), ['nan-black']],
  ['one colour with rounding', make((x) => [90, 30 + (x % 2), 200]), ['nan-black']],
  ['all white', make(() => [255, 255, 255]), ['nan-black', 'blown-out']],
  ['a faint gradient', make((x) => grey(120 + Math.floor(x / 13))), ['blank']],
  ['fine noise without structure', make(() => grey(110 + Math.floor(next() * 30))), ['blank']],
  ['white with a few dots', make((x, y) => (x > 120 && y > 120 ? [0, 0, 0] : [255, 255, 255])), ['blown-out']],
  ['black with a few dots', make((x, y) => (x > 120 && y > 120 ? [255, 255, 255] : [0, 0, 0])), ['blown-out']],
  ['burnt by guidance', make((x, y) => [x % 20 < 10 ? 255 : 0, y % 30 < 15 ? 255 : 0, (x + y) % 40 < 20 ? 255 : 0]), ['blown-out']],
  ['line art on white', make((x, y) => (Math.abs(Math.hypot(x - 64, y - 64) - 40) < 4 ? [0, 0, 0] : [255, 255, 255])), []],
  ['night with a moon', make((x, y) => (Math.hypot(x - 90, y - 30) < 14 ? [250, 240, 200] : [8, 10, 30 + Math.floor(y / 8)])), []],
  ['red poster with a white disc', make((x, y) => (Math.hypot(x - 64, y - 64) < 35 ? [255, 255, 255] : [220, 20, 30])), []],
  ['a smooth picture', picture(128, 128), []],
  ['a grey picture', picture(128, 128, 1), []],
  ['8 by 8 pixels', picture(8, 8), []],
  ['one pixel', make(() => [9, 9, 9], 1, 1), ['nan-black']],
  ['a transparent picture: alpha is passed over', make((x) => [x * 2, 100, 50, 0]), []],
];

suite('technical gates', (test) => {
  for (const [name, image, expected] of cases) {
    test(`${name}: ${expected.join(' and ') || 'passes'}`, () => {
      const { verdicts, measures } = checkTechnical(image);
      equal(
        verdicts.map(({ verdict }) => verdict),
        expected,
        JSON.stringify(measures),
      );
      for (const { reason } of verdicts) ok(reason.length > 10);
    });
  }
  test('measures are what their names say', () => {
    const half = measureTechnical(make((x) => (x < 64 ? [255, 255, 255] : [0, 0, 0])));
    equal({ ...half, hash: '' }, { mean: 127.5, contrast: 127.5, range: 255, clippedWhite: 0.5, clippedBlack: 0.5, burnt: 0, hash: '' });
    const red = measureTechnical(make((x) => (x < 32 ? [255, 0, 0] : grey(100))));
    is(red.burnt, 0.25);
    ok(Math.abs(red.mean - (0.25 * 0.299 * 255 + 75)) < 1e-9);
  });
  test('thresholds can be set, and a wrong one is refused', async () => {
    const measures = measureTechnical(picture(64, 64));
    equal(
      judgeTechnical(measures, [], { blankContrast: 200 }).verdicts.map(({ verdict }) => verdict),
      ['blank'],
    );
    await rejects(
      () => judgeTechnical(measures, [], { blankContrast: -1 }),
      'ERR_INVALID_ARGUMENT',
      /^blankContrast: expected a number of at least 0, got -1$/,
    );
    await rejects(() => judgeTechnical(measures, [], { blankness: 1 } as object), 'ERR_INVALID_ARGUMENT', /^blankness: unknown option/);
    await rejects(() => judgeTechnical(measures, ['xyz']), 'ERR_INVALID_ARGUMENT', /^hash: expected 16 hex digits, got "xyz"$/);
    await rejects(
      () => measureTechnical({ data: new Uint8Array(5), width: 2, height: 1, channels: 3 }),
      'ERR_INVALID_ARGUMENT',
      /^data: expected 6 bytes \(2x1x3\), got 5$/,
    );
  });
  test('a megapixel is measured within 200 ms', () => {
    const big = { data: new Uint8Array(1024 * 1024 * 3).map((_, at) => at * 31), width: 1024, height: 1024, channels: 3 };
    const started = performance.now();
    measureTechnical(big);
    const took = performance.now() - started; // 16 ms on the machine this was written on
    ok(took < 200, `took ${took.toFixed(0)} ms`);
  });
});

suite('perceptual hash', (test) => {
  /** Shapes on a sky: a spectrum like that of a picture. A sum of two sines has hardly any frequencies, and its bits are chance. */
  const scene = (seed: number): RawImage => {
    const draw = random(seed);
    const discs = Array.from({ length: 6 }, () => ({
      x: draw() * 128,
      y: draw() * 96,
      radius: 8 + draw() * 25,
      colour: [draw() * 255, draw() * 255, draw() * 255],
    }));
    return make(
      (x, y) => discs.find((disc) => Math.hypot(x - disc.x, y - disc.y) < disc.radius)?.colour ?? [120 + y, 150 + y / 2, 230],
      128,
      96,
    );
  };
  const image = scene(4);
  const hash = perceptualHash(image);
  test('has 16 hex digits and is the same every time', () => {
    ok(/^[0-9a-f]{16}$/.test(hash));
    is(perceptualHash(scene(4)), hash);
  });
  test('agrees with the textbook DCT computed the slow way', () => {
    const side = 32;
    const small = make((x, y) => grey((x * 7 + y * y * 3 + x * y) % 256), side, side);
    const frequencies: number[] = [];
    for (let v = 0; v < 8; v++) {
      for (let u = 0; u < 8; u++) {
        let sum = 0;
        for (let y = 0; y < side; y++) {
          for (let x = 0; x < side; x++)
            sum +=
              (small.data[(y * side + x) * 3] ?? 0) *
              Math.cos(((2 * x + 1) * u * Math.PI) / 64) *
              Math.cos(((2 * y + 1) * v * Math.PI) / 64);
        }
        frequencies.push(sum);
      }
    }
    const median = frequencies.slice(1).sort((a, b) => a - b)[31] ?? 0;
    const bits = frequencies.map((value) => (value > median ? '1' : '0')).join('');
    is(perceptualHash(small), BigInt(`0b${bits}`).toString(16).padStart(16, '0'));
  });
  const variants: [string, () => Promise<RawImage>][] = [
    ['half the size', () => resizeImage(image, 64, 48)],
    ['twice the size', () => resizeImage(image, 256, 192)],
    ['brighter', async () => ({ ...image, data: image.data.map((value) => Math.min(255, value + 25)) })],
    [
      'as a jpeg of quality 40',
      async () => {
        const { data, info } = await sharp(
          await sharp(image.data, { raw: { width: 128, height: 96, channels: 3 } })
            .jpeg({ quality: 40 })
            .toBuffer(),
        )
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { data, width: info.width, height: info.height, channels: info.channels };
      },
    ],
  ];
  for (const [name, variant] of variants) {
    test(`the same picture ${name} is a duplicate`, async () => {
      const other = await variant();
      ok(hashDistance(perceptualHash(other), hash) <= 6);
      equal(
        checkTechnical(other, ['0000000000000000', hash]).verdicts.map(({ verdict }) => verdict),
        ['duplicate'],
      );
    });
  }
  test('other pictures are not', () => {
    for (let seed = 20; seed < 40; seed++) ok(hashDistance(perceptualHash(scene(seed)), hash) > 6);
  });
  test('distance counts bits', async () => {
    is(hashDistance('0000000000000000', 'ffffffffffffffff'), 64);
    is(hashDistance('00000000000000f1', '00000000000000f0'), 1);
    is(hashDistance(hash, hash), 0);
    await rejects(() => hashDistance('0', hash), 'ERR_INVALID_ARGUMENT', /^hash: expected 16 hex digits, got "0"$/);
  });
});
