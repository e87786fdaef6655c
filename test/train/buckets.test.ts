import * as assert from 'uvu/assert';
import { resolveOptions } from '../../lib/core/index.ts';
import { decodeImage, loadSharp } from '../../lib/image/index.ts';
import { bucketName } from '../../lib/lora/index.ts';
import { bucketOptions, chooseBucket, countBuckets, framePictures, makeBuckets } from '../../lib/train/data/buckets.ts';
import { maskToLatent, preparePicture } from '../../lib/train/data/picture.ts';
import type { BucketOptions } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { rejects } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';

const options = (given: Partial<BucketOptions> = {}) => resolveOptions('buckets', bucketOptions, { resolution: 512, step: 64, ...given });
const sized = (width: number, height: number, id = 0) => ({ id, name: `${id}.png`, width, height });

suite('train: buckets', (test) => {
  test("the buckets of 512 in steps of 64 are the same as kohya's", () => {
    // make_bucket_resolutions((512, 512), 256, 1024, 64)
    const names = makeBuckets(options()).map(bucketName);
    for (const name of ['256x1024', '320x768', '384x640', '448x576', '512x512', '576x448', '640x384', '768x320', '1024x256'])
      assert.ok(names.includes(name), `${name} is missing in ${names.join(' ')}`);
    for (const { width, height } of makeBuckets(options())) {
      assert.ok(width * height <= 512 * 512 && width % 64 === 0 && height % 64 === 0, `${width}x${height}`);
      assert.ok(Math.min(width, height) >= 256 && Math.max(width, height) <= 1024, `${width}x${height}`);
    }
  });

  // [picture, bucket, scaled]
  const cases: [string, string, string][] = [
    ['512x512', '512x512', '512x512'],
    ['3000x2000', '640x384', '640x427'],
    ['2000x3000', '384x640', '427x640'],
    ['300x300', '512x512', '512x512'],
    ['4000x1000', '1024x256', '1024x256'],
    ['10000x500', '1024x256', '5120x256'],
  ];
  for (const [picture, bucket, scaled] of cases)
    test(`${picture} goes into ${bucket}, scaled to ${scaled}`, () => {
      const [width = 0, height = 0] = picture.split('x').map(Number);
      const chosen = chooseBucket({ width, height }, makeBuckets(options()), options());
      assert.is(bucketName(chosen.bucket), bucket);
      assert.is(bucketName(chosen.scaled), scaled);
    });

  test('noUpscale: small pictures keep their size, large ones the area', () => {
    const all = options({ noUpscale: true });
    assert.is(bucketName(chooseBucket(sized(300, 200), [], all).bucket), '256x192');
    const large = chooseBucket(sized(3000, 2000), [], all);
    assert.is(bucketName(large.bucket), '576x384');
    assert.ok(large.scaled.width >= 576 && large.scaled.height >= 384);
  });

  test('without buckets: one size, which must be a multiple of the step', () => {
    assert.equal(makeBuckets(options({ buckets: false, resolution: { width: 512, height: 768 } })).map(bucketName), ['512x768']);
    assert.throws(
      () => makeBuckets(options({ buckets: false, resolution: 500 })),
      (error: Error) => /multiples of the model's 64 pixels, got 500x500/.test(error.message),
    );
    assert.throws(
      () => makeBuckets(options({ resolution: 32 })),
      (error: Error) => /room for a bucket/.test(error.message),
    );
  });

  test('variants: flips and crops, the same for the same seed; validation pictures have one', () => {
    const wide = { ...sized(1000, 900), role: 'train' };
    const [plain] = framePictures([wide], options(), 1).pictures;
    assert.is(plain?.frames.length, 1);
    const many = options({ crop: 'random', crops: 3, flip: true });
    const frames = framePictures([wide], many, 1).pictures[0]?.frames ?? [];
    assert.is(frames.length, 6);
    assert.equal(framePictures([wide], many, 1).pictures[0]?.frames, frames);
    assert.not.equal(framePictures([wide], many, 2).pictures[0]?.frames, frames);
    for (const { left, top, scaled, bucket } of frames)
      assert.ok(left >= 0 && top >= 0 && left + bucket.width <= scaled.width && top + bucket.height <= scaled.height);
    assert.is(framePictures([{ ...wide, role: 'validation' }], many, 1).pictures[0]?.frames.length, 1);
  });

  test('enlargement: a warning; above maxUpscale an error that names all pictures', async () => {
    const pictures = [sized(300, 300, 0), sized(100, 100, 1), sized(600, 600, 2)];
    await rejects(
      () => framePictures(pictures, options(), 1),
      'ERR_TRAIN_DATA',
      /no more than 2 times enlargement \(maxUpscale\), got 1 smaller ones:\n {2}1\.png: 100x100 would be enlarged 5\.1 times to 512x512/,
    );
    const { warnings } = framePictures(pictures, options({ maxUpscale: 6 }), 1);
    assert.match(warnings.join(), /2 pictures are smaller than their bucket and are enlarged, 1\.png 5\.1 times/);
    await rejects(
      () => framePictures([sized(40, 300)], options({ noUpscale: true }), 1),
      'ERR_TRAIN_DATA',
      /smaller than one step of 64 pixels/,
    );
  });

  test('countBuckets', () => {
    const { pictures } = framePictures([sized(512, 512, 0), sized(600, 600, 1), sized(900, 600, 2)], options(), 1);
    assert.equal(
      countBuckets(pictures).map(({ bucket, pictures: count }) => [bucketName(bucket), count]),
      [
        ['512x512', 2],
        ['640x384', 1],
      ],
    );
  });
});

suite('train: pictures for the encoder', (test) => {
  let folder: PictureFolder;
  test.before(async () => {
    folder = await PictureFolder.make();
  });
  test.after(() => folder.remove());
  const frame = { bucket: { width: 64, height: 64 }, scaled: { width: 96, height: 64 }, left: 16, top: 0, flip: false };

  test('cropped and mirrored as the frame says', async () => {
    const file = await folder.picture('wide.png', { width: 96, height: 64 });
    const whole = await decodeImage(file);
    const { image } = await preparePicture({ file }, frame);
    const { image: mirrored } = await preparePicture({ file }, { ...frame, flip: true });
    assert.equal([image.width, image.height, image.channels], [64, 64, 3]);
    for (const [x, y] of [
      [0, 0],
      [63, 10],
      [20, 63],
    ] as const) {
      const pixel = (from: { data: Uint8Array; width: number }, column: number) =>
        [...from.data.subarray((y * from.width + column) * 3, (y * from.width + column) * 3 + 3)].join();
      assert.is(pixel(image, x), pixel(whole, x + 16));
      assert.is(pixel(mirrored, 63 - x), pixel(whole, x + 16));
    }
  });

  test('orientation, CMYK, 16-bit and transparency are converted to plain RGB', async () => {
    const sharp = await loadSharp();
    const red = { r: 255, g: 0, b: 0, alpha: 1 };
    const base = () => sharp({ create: { width: 48, height: 96, channels: 4, background: red } });
    const files = [
      await folder.write(
        'turned.jpg',
        await base().flatten().withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      ),
      await folder.write('sixteen.png', await base().toColourspace('rgb16').png().toBuffer()),
      await folder.write('grey.png', await base().greyscale().png().toBuffer()),
    ];
    const sizes: number[][] = [];
    for (const file of files) {
      const { image } = await preparePicture({ file }, { ...frame, scaled: { width: 64, height: 64 }, left: 0 });
      sizes.push([image.width, image.height, image.channels, image.data.length]);
    }
    assert.equal(sizes, [
      [64, 64, 3, 12288],
      [64, 64, 3, 12288],
      [64, 64, 3, 12288],
    ]);
    const clear = await folder.write(
      'clear.png',
      await sharp({ create: { width: 64, height: 64, channels: 4, background: { ...red, alpha: 0 } } })
        .png()
        .toBuffer(),
    );
    const square = { ...frame, scaled: { width: 64, height: 64 }, left: 0 };
    const { image, mask } = await preparePicture({ file: clear }, square);
    assert.ok(image.data.every((value) => value === 255));
    assert.is(mask, undefined);
  });

  test('masks from a file or from transparency are transformed like the picture, down to the latent', async () => {
    const sharp = await loadSharp();
    const file = await folder.picture('masked.png', { width: 96, height: 64, seed: 2 });
    const half = Buffer.alloc(96 * 64, 0);
    for (let y = 0; y < 64; y++) half.fill(255, y * 96, y * 96 + 48);
    const mask = await folder.write(
      'masked.mask.png',
      await sharp(half, { raw: { width: 96, height: 64, channels: 1 } })
        .png()
        .toBuffer(),
    );
    const prepared = await preparePicture({ file, mask }, frame);
    assert.ok(prepared.mask);
    const latent = maskToLatent(prepared.mask, 8);
    assert.is(latent.length, 64);
    assert.equal([...latent.subarray(0, 8)], [1, 1, 1, 1, 0, 0, 0, 0]);
    const flipped = await preparePicture({ file, mask }, { ...frame, flip: true });
    assert.ok(flipped.mask);
    assert.equal([...maskToLatent(flipped.mask, 8).subarray(0, 8)], [0, 0, 0, 0, 1, 1, 1, 1]);

    const pixels = Buffer.alloc(64 * 64 * 4, 200);
    for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) pixels[(y * 64 + x) * 4 + 3] = x < 32 ? 255 : 0;
    const clear = await folder.write(
      'half.png',
      await sharp(pixels, { raw: { width: 64, height: 64, channels: 4 } })
        .png()
        .toBuffer(),
    );
    const square = { ...frame, scaled: { width: 64, height: 64 }, left: 0 };
    const fromAlpha = await preparePicture({ file: clear }, square, { alphaMask: true });
    assert.ok(fromAlpha.mask);
    assert.equal([...maskToLatent(fromAlpha.mask, 8).subarray(0, 8)], [1, 1, 1, 1, 0, 0, 0, 0]);

    const other = await folder.picture('other.mask.png', { width: 64, height: 64 });
    await rejects(() => preparePicture({ file, mask: other }, frame), 'ERR_TRAIN_DATA', /proportions of its picture \(96x64\), got 64x64/);
    const black = await folder.write(
      'black.mask.png',
      await sharp(Buffer.alloc(96 * 64), { raw: { width: 96, height: 64, channels: 1 } })
        .png()
        .toBuffer(),
    );
    await rejects(() => preparePicture({ file, mask: black }, frame), 'ERR_TRAIN_DATA', /black within the cut/);
  });
});
