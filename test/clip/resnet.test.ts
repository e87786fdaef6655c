/** ResNet image towers: embeddings against those of OpenCLIP for the same weights (test/fixtures/clip/make_open_clip.py), and damaged files. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { loadClip } from '../../lib/doors/clip.ts';
import { identify, readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, fixture, picture, readJson, safetensors, withFolder, worstCosine } from './support.ts';

interface Expected {
  texts: number[][];
  text: number[][];
  image: number[][];
}
interface Tensor {
  dtype: string;
  shape: number[];
  data: Buffer;
}

const folder = fixture('open-clip-resnet');
const weights = join(folder, 'open_clip_model.safetensors');
const expected = (): Expected => readJson<Expected>('open-clip-resnet', 'expected.json');
const pictures = [0, 1, 2].map((seed) => picture(96, 96, seed));

async function tensorsOf(path: string): Promise<Record<string, Tensor>> {
  const header = await readModelHeader(path);
  const bytes = await readFile(path);
  return Object.fromEntries(
    header.tensors.map(({ name, dtype, shape, offset, bytes: size }) => [
      name,
      { dtype, shape: [...shape], data: Buffer.from(bytes.subarray(offset, offset + size)) },
    ]),
  );
}

function largestDifference(vectors: readonly ArrayLike<number>[], others: readonly (readonly number[])[]): number {
  return Math.max(
    ...vectors.flatMap((vector, item) => Array.from(vector, (value, at) => Math.abs(value - (others[item]?.[at] ?? Number.NaN)))),
  );
}

suite('a ResNet image tower', (test) => {
  // CPUs without our convolutions, and other devices, also round the inputs to halves: 0.99999 there, 0.999998 with them.
  for (const [weightType, held, least, text, most] of [
    ['f32', 'f32', 0.9999999, 0.99999, 3e-6],
    ['f16', 'f16', 0.9999, 0.9999, 3e-3],
    ['bf16', 'f16', 0.9999, 0.999, 3e-3],
    ['q8_0', 'f16', 0.9999, 0.999, 3e-3],
  ] as const)
    test(`as ${weightType}: cosine with OpenCLIP itself at least ${least}, values within ${most}`, async () => {
      await using clip = await loadClip(folder, { weightType });
      const { image, edge, patch, configSource, weightType: type } = clip.info;
      assert.equal(image, { hidden: 128, layers: 6, heads: 4 });
      assert.equal({ edge, patch, configSource, type }, { edge: 96, patch: 32, configSource: 'config', type: held });
      const seen = await clip.embedImages(pictures);
      const [worst, largest] = [worstCosine(seen, expected().image), largestDifference(seen, expected().image)];
      assert.ok(worst >= least, `image: cosine ${worst}`);
      assert.ok(largest <= most, `image: differs by ${largest}`);
      const words = worstCosine(await clip.embedTokens(expected().texts), expected().text);
      assert.ok(words >= text, `text: ${words}`);
    });

  test('keeps the type of the file, and F32 what F16 would round twice', async () => {
    await using stored = await loadClip(folder);
    assert.is(stored.info.weightType, 'f16');
    await using exact = await loadClip(folder, { weightType: 'f32' });
    assert.ok(exact.info.weightBytes > stored.info.weightBytes * 1.5);
    await withFolder(async (other) => {
      const tensors = await tensorsOf(weights);
      for (const tensor of Object.values(tensors)) if (tensor.dtype === 'F16') widen(tensor);
      const path = join(other, 'model.safetensors');
      await writeFile(path, safetensors(tensors));
      const config = join(folder, 'open_clip_config.json');
      await using wide = await loadClip(path, { config });
      assert.is(wide.info.weightType, 'f32');
      assert.ok(largestDifference(await wide.embedImages(pictures), expected().image) <= 3e-6);
      await using halved = await loadClip(path, { config, weightType: 'f16' });
      const [a, b] = [await halved.embedImages(pictures), await stored.embedImages(pictures)];
      assert.ok(worstCosine(a, b) > 0.99999999, 'folded in double, rounded once: the same halves');
    });
  });

  test('one thread or two, alone or in a batch', async () => {
    await using one = await loadClip(folder, { weightType: 'f32', threads: 1 });
    await using two = await loadClip(folder, { weightType: 'f32', threads: 2 });
    const many = Array.from({ length: 9 }, (_, seed) => picture(120, 96, seed));
    const together = await one.embedImages(many);
    assert.ok(worstCosine(await two.embedImages(many), together) > 0.9999999);
    for (const at of [0, 4, 8]) assert.ok(worstCosine([await one.embedImage(many[at] ?? '')], [together[at] ?? []]) > 0.9999999);
  });

  test("a file alone: 64 values a head, and the activation of OpenAI's own", () =>
    withFolder(async (other) => {
      const path = join(other, 'clip.safetensors');
      await copyFile(weights, path);
      await using clip = await loadClip(path);
      assert.is(clip.info.configSource, 'assumed');
      assert.equal([clip.info.text.heads, clip.info.image.heads], [1, 2]);
    }));

  test('a wrong number of heads shows: the golden vectors tell them apart', () =>
    withFolder(async (other) => {
      const config = join(other, 'open_clip_config.json');
      await writeFile(
        config,
        JSON.stringify({ model_cfg: { vision_cfg: { width: 4, head_width: 64, layers: [1, 2, 1, 2] }, text_cfg: {} } }),
      );
      await using clip = await loadClip(weights, { config });
      assert.is(clip.info.image.heads, 2);
      assert.ok(worstCosine(await clip.embedImages(pictures), expected().image) < 0.9999);
    }));

  test('beside the text tower of a Hugging Face CLIP, with a configuration in its form', () =>
    withFolder(async (other) => {
      const text = Object.entries(await tensorsOf(fixture('gelu-patch7', 'model.safetensors'))).filter(([name]) => /^text_/.test(name));
      const image = Object.entries(await tensorsOf(weights)).filter(([name]) => name.startsWith('visual.'));
      await writeFile(join(other, 'model.safetensors'), safetensors(Object.fromEntries([...text, ...image])));
      const config = {
        ...readJson<object>('gelu-patch7', 'config.json'),
        vision_config: { num_attention_heads: 4, image_size: 96 },
        preprocessing: { resample: 'bicubic', mean: [0.5, 0.4, 0.3], std: [0.3, 0.25, 0.2] },
      };
      await writeFile(join(other, 'config.json'), JSON.stringify(config));
      await using clip = await loadClip(other, { weightType: 'f32' });
      const texts = readJson<Expected>('gelu-patch7', 'expected.json');
      assert.ok(worstCosine(await clip.embedTokens(texts.texts), texts.text) > 0.99999);
      assert.ok(largestDifference(await clip.embedImages(pictures), expected().image) <= 3e-6);
    }));

  test('is known as a CLIP, and alone as an image tower', async () => {
    assert.is(identify(await readModelHeader(weights)).kind, 'clip');
    await withFolder(async (other) => {
      const path = join(other, 'tower.safetensors');
      const image = Object.entries(await tensorsOf(weights)).filter(([name]) => name.startsWith('visual.'));
      await writeFile(path, safetensors(Object.fromEntries(image)));
      assert.is(identify(await readModelHeader(path)).kind, 'clip-vision');
      await artistFailure(loadClip(path), 'ERR_MODEL_FORMAT', /no text tower \(tensor token_embedding\.weight is missing\)/);
    });
  });
});

/** F16 to F32. */
function widen(tensor: Tensor): void {
  const wide = Buffer.alloc(tensor.data.length * 2);
  for (let at = 0; at < tensor.data.length / 2; at++) wide.writeFloatLE(halfToNumber(tensor.data.readUInt16LE(at * 2)), at * 4);
  tensor.data = wide;
  tensor.dtype = 'F32';
}

function halfToNumber(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? 2 ** -24 * fraction : 2 ** (exponent - 25) * (1024 + fraction));
}

suite('a ResNet that does not fit', (test) => {
  const edited = async (edit: (tensors: Record<string, Tensor>) => void, code: string, message: RegExp): Promise<void> => {
    await withFolder(async (other) => {
      const tensors = await tensorsOf(weights);
      edit(tensors);
      const path = join(other, 'model.safetensors');
      await writeFile(path, safetensors(tensors));
      await artistFailure(loadClip(path, { config: join(folder, 'open_clip_config.json') }), code, message);
    });
  };
  const vector = (length: number, first = 0): Tensor => {
    const data = Buffer.alloc(length * 4);
    data.writeFloatLE(first, 0);
    return { dtype: 'F32', shape: [length], data };
  };

  for (const missing of [
    'visual.conv2.weight',
    'visual.bn3.running_var',
    'visual.layer3.0.conv1.weight',
    'visual.layer2.1.bn2.bias',
    'visual.layer4.0.downsample.0.weight',
    'visual.attnpool.positional_embedding',
    'visual.attnpool.k_proj.weight',
    'visual.attnpool.c_proj.bias',
  ])
    test(`without ${missing}`, () =>
      edited(
        (tensors) => {
          // Without its first block a whole stage is missing.
          for (const name of Object.keys(tensors))
            if (name === missing || (missing.includes('layer3') && name.includes('layer3'))) delete tensors[name];
        },
        'ERR_MODEL_FORMAT',
        new RegExp(`${missing.replaceAll('.', '\\.')}: this tensor is missing`),
      ));

  const shapes: [what: string, name: string, tensor: Tensor, message: RegExp][] = [
    ['a kernel of 5x5', 'visual.conv2.weight', { ...vector(2 * 2 * 25), shape: [2, 2, 5, 5] }, /expected the shape 2x2x3x3, got 2x2x5x5/],
    ['statistics of other channels', 'visual.layer1.0.bn1.running_mean', vector(9), /expected the shape 4, got 9/],
    [
      'a shortcut of other channels',
      'visual.layer2.0.downsample.0.weight',
      { ...vector(32 * 8), shape: [32, 8, 1, 1] },
      /expected the shape 32x16, got 32x8|expected the shape 32x16x1x1, got 32x8x1x1/,
    ],
    [
      'positions of another width',
      'visual.attnpool.positional_embedding',
      { ...vector(10 * 64), shape: [10, 64] },
      /expected the shape 10x128, got 10x64/,
    ],
    [
      'positions that make no square',
      'visual.attnpool.positional_embedding',
      { ...vector(9 * 128), shape: [9, 128] },
      /expected a square number of patches and one, got 9/,
    ],
    [
      'a picture larger than any tower has',
      'visual.attnpool.positional_embedding',
      { ...vector((129 * 129 + 1) * 128), shape: [129 * 129 + 1, 128] },
      /expected pictures of at most 4096 pixels an edge, got 4128/,
    ],
    ['a variance below 0', 'visual.bn2.running_var', vector(2, -1), /expected variances of at least 0, got -1/],
    ['NaN statistics', 'visual.layer2.0.bn2.running_mean', vector(8, Number.NaN), /it holds NaN or infinite values/],
    ['an infinite bias', 'visual.layer2.0.bn2.bias', vector(8, Number.POSITIVE_INFINITY), /it holds NaN or infinite values/],
  ];
  for (const [what, name, tensor, message] of shapes)
    test(`${what}: the message names ${name}`, () =>
      edited(
        (tensors) => {
          tensors[name] = tensor;
        },
        'ERR_MODEL_FORMAT',
        new RegExp(`${name.replaceAll('.', '\\.')}.*(?:${message.source})`),
      ));

  test('embeddings of two lengths', () =>
    edited(
      (tensors) => {
        tensors['visual.attnpool.c_proj.weight'] = { ...vector(16 * 128), shape: [16, 128] };
        tensors['visual.attnpool.c_proj.bias'] = vector(16);
      },
      'ERR_MODEL_FORMAT',
      /visual\.attnpool\.c_proj\.weight: expected embeddings of 32 values, as text_projection makes, got 16/,
    ));

  test('a NaN kernel, and a scale that no half can hold', async () => {
    await edited(
      (tensors) => void tensors['visual.layer3.0.conv2.weight']?.data.writeUInt16LE(0x7e00, 10),
      'ERR_MODEL_FORMAT',
      /layer3\.0\.conv2\.weight: it holds NaN/,
    );
    await edited(
      (tensors) => {
        tensors['visual.layer3.0.bn2.weight'] = { ...vector(16), data: Buffer.from(Float32Array.from({ length: 16 }, () => 1e9).buffer) };
      },
      'ERR_MODEL_FORMAT',
      /layer3\.0\.conv2\.weight: it holds NaN or infinite values\. The file is damaged, or its weights do not fit into f16/,
    );
  });

  test('a kernel of integers', () =>
    edited(
      (tensors) => {
        tensors['visual.conv1.weight'] = { ...vector(2 * 27), dtype: 'I32', shape: [2, 3, 3, 3] };
      },
      'ERR_MODEL_FORMAT',
      /visual\.conv1\.weight: expected numbers with fractions, got the type i32/,
    ));

  test('a truncated file', () =>
    withFolder(async (other) => {
      const path = join(other, 'model.safetensors');
      await writeFile(path, (await readFile(weights)).subarray(0, 200_000));
      await artistFailure(loadClip(path), 'ERR_MODEL_FORMAT');
    }));

  test('a configuration of another model: of a transformer, of another picture, of other heads', () =>
    withFolder(async (other) => {
      const config = join(other, 'open_clip_config.json');
      const given = JSON.parse(await readFile(join(folder, 'open_clip_config.json'), 'utf8'));
      const cases: [vision: object, message: RegExp][] = [
        [
          { layers: 12, width: 768, patch_size: 32, image_size: 96 },
          /open_clip_config\.json: layers of vision_cfg: expected a list of four numbers, as the weights are of a ResNet, got a number/,
        ],
        [
          { image_size: 224 },
          /open_clip_config\.json: image_size: expected 96, as the image tower has, got 224\. It belongs to another model/,
        ],
        [{ width: 5, head_width: 32 }, /a number of heads that divides 128, got 5/],
      ];
      for (const [vision, message] of cases) {
        const changed = structuredClone(given);
        Object.assign(changed.model_cfg.vision_cfg, vision);
        await writeFile(config, JSON.stringify(changed));
        await artistFailure(loadClip(weights, { config }), 'ERR_MODEL_FORMAT', message);
      }
      await artistFailure(
        loadClip(fixture('open-clip', 'open_clip_model.safetensors'), { config: join(folder, 'open_clip_config.json') }),
        'ERR_MODEL_FORMAT',
        /layers of vision_cfg: expected a number, as the weights are of a transformer, got a list/,
      );
    }));
});
