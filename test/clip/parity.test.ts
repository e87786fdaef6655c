/** Embeddings against those of Hugging Face's transformers for the same weights (test/fixtures/clip/make_golden.py). */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type GgufTensor, writeGguf } from '../../lib/bench/weights/gguf-writer.ts';
import { type Clip, type ClipWeightType, loadClip } from '../../lib/doors/clip.ts';
import { readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { fixture, picture, readJson, safetensors, withFolder, worstCosine } from './support.ts';

interface Expected {
  texts: number[][];
  text: number[][];
  image: number[][];
}
interface MiniExpected {
  texts: string[];
  text: number[][];
  image: number[][];
}

const targets: Record<ClipWeightType, number> = { f32: 0.99999, f16: 0.9999, bf16: 0.999, q8_0: 0.999 };
const models: Record<string, { edge: number; heads: [text: number, image: number]; stored: string }> = {
  'gelu-patch7': { edge: 28, heads: [4, 2], stored: 'f16' },
  'quick-patch4': { edge: 24, heads: [2, 4], stored: 'f32' },
  'bf16-patch14': { edge: 28, heads: [1, 1], stored: 'f32' },
};

async function compare(clip: Clip, name: string, least: number): Promise<void> {
  const expected = readJson<Expected>(name, 'expected.json');
  const { edge } = clip.info;
  const text = worstCosine(await clip.embedTokens(expected.texts), expected.text);
  assert.ok(text >= least, `text: cosine ${text}, expected at least ${least}`);
  const image = worstCosine(await clip.embedImages([0, 1, 2].map((seed) => picture(edge, edge, seed))), expected.image);
  assert.ok(image >= least, `image: cosine ${image}, expected at least ${least}`);
}

suite('parity with transformers', (test) => {
  for (const [name, { edge, heads, stored }] of Object.entries(models)) {
    for (const [weightType, least] of Object.entries(targets) as [ClipWeightType, number][]) {
      test(`${name} as ${weightType}: cosine at least ${least}`, async () => {
        await using clip = await loadClip(fixture(name), { weightType });
        assert.is(clip.info.weightType, weightType);
        await compare(clip, name, least);
      });
    }
    test(`${name}: sizes and settings are those of the file`, async () => {
      await using clip = await loadClip(fixture(name, 'model.safetensors'));
      assert.is(clip.info.edge, edge);
      assert.equal([clip.info.text.heads, clip.info.image.heads], heads);
      assert.is(clip.info.configSource, 'config');
      assert.is(clip.info.weightType, stored);
    });
  }

  test('a wrong number of heads or activation shows: the golden vectors tell them apart', async () => {
    await withFolder(async (folder) => {
      const name = 'gelu-patch7';
      const config = JSON.parse(await readFile(fixture(name, 'config.json'), 'utf8')) as Record<string, Record<string, unknown>>;
      for (const [key, value] of [
        ['num_attention_heads', 1],
        ['hidden_act', 'quick_gelu'],
      ] as const) {
        const other = { ...config, vision_config: { ...config['vision_config'], [key]: value } };
        const path = join(folder, `${key}.json`);
        await writeFile(path, JSON.stringify(other));
        await using clip = await loadClip(fixture(name), { config: path });
        const expected = readJson<Expected>(name, 'expected.json');
        const image = worstCosine(await clip.embedImages([picture(28, 28, 0)]), expected.image.slice(0, 1));
        assert.ok(image < targets.f32, `${key}: ${image}`);
      }
    });
  });

  test('the same weights as GGUF', async () => {
    await withFolder(async (folder) => {
      const name = 'gelu-patch7';
      const header = await readModelHeader(fixture(name, 'model.safetensors'));
      const bytes = await readFile(header.path);
      const tensors: GgufTensor[] = header.tensors.map(({ name: tensor, dtype, shape, offset, bytes: size }) => ({
        name: tensor,
        dtype,
        shape: shape.length === 0 ? [1] : [...shape],
        data: bytes.subarray(offset, offset + size),
      }));
      const path = join(folder, 'clip.gguf');
      await writeGguf(path, tensors, { 'general.architecture': 'clip' });
      await using clip = await loadClip(path, { weightType: 'f32', config: fixture(name, 'config.json') });
      await compare(clip, name, targets.f32);
    });
  });

  for (const [weightType, least] of Object.entries(targets) as [ClipWeightType, number][])
    test(`OpenCLIP's names and configuration as ${weightType}: cosine with OpenCLIP itself at least ${least}`, async () => {
      await using clip = await loadClip(fixture('open-clip'), { weightType });
      assert.is(clip.info.configSource, 'config');
      assert.equal([clip.info.text.heads, clip.info.image.heads], [4, 2]);
      await compare(clip, 'open-clip', least);
    });

  test("OpenCLIP's file alone: heads by width and the exact GELU are assumed", async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'clip.safetensors');
      await copyFile(fixture('open-clip', 'open_clip_model.safetensors'), path);
      await using clip = await loadClip(path, { weightType: 'f32' });
      assert.is(clip.info.configSource, 'assumed');
      assert.equal([clip.info.text.heads, clip.info.image.heads], [1, 1]); // 64 values a head: not what this small one was made with
      const expected = readJson<Expected>('open-clip', 'expected.json');
      assert.ok(worstCosine(await clip.embedTokens(expected.texts), expected.text) < targets.f32);
    });
  });

  test("clip.cpp's names in a GGUF file, with its metadata", async () => {
    await withFolder(async (folder) => {
      const name = 'gelu-patch7';
      const header = await readModelHeader(fixture(name, 'model.safetensors'));
      const bytes = await readFile(header.path);
      const tensors: GgufTensor[] = header.tensors.map(({ name: tensor, dtype, shape, offset, bytes: size }) => ({
        name: clipCppName(tensor),
        dtype,
        shape: shape.length === 0 ? [1] : [...shape],
        data: bytes.subarray(offset, offset + size),
      }));
      const path = join(folder, 'clip.gguf');
      await writeGguf(path, tensors, {
        'general.architecture': 'clip',
        'clip.use_gelu': true,
        'clip.text.attention.head_count': 4,
        'clip.vision.attention.head_count': 2,
      });
      await using clip = await loadClip(path, { weightType: 'f32' });
      assert.is(clip.info.configSource, 'metadata');
      await compare(clip, name, targets.f32);
    });
  });

  test('the same weights in three pieces', async () => {
    await withFolder(async (folder) => {
      const name = 'quick-patch4';
      await splitSafetensors(fixture(name, 'model.safetensors'), folder, 3);
      await copyFile(fixture(name, 'config.json'), join(folder, 'config.json'));
      await using clip = await loadClip(folder);
      assert.is(clip.info.files.length, 3);
      await compare(clip, name, targets.f32);
    });
  });

  test('the bundled CLIP: text tower with its sparse table, projections, area preprocessing', async () => {
    const { texts, text, image } = readJson<MiniExpected>('mini.json');
    await using clip = await loadClip();
    const pictures = [...[0, 1, 2].map((seed) => picture(128, 128, seed)), picture(100, 75, 3)];
    const [worstText, worstImage] = [worstCosine(await clip.embedTexts(texts), text), worstCosine(await clip.embedImages(pictures), image)];
    assert.ok(worstText >= targets.f32, `text: ${worstText}`);
    assert.ok(worstImage >= targets.f32, `image: ${worstImage}`);
  });

  test('a batch gives what its items give one by one', async () => {
    await using clip = await loadClip();
    const texts = Array.from({ length: 40 }, (_, at) => `${'a red fox '.repeat(1 + (at % 9))}${at}`);
    const together = await clip.embedTexts(texts);
    for (const at of [0, 8, 39]) {
      const alone = await clip.embedText(texts[at] ?? '');
      assert.ok(worstCosine([alone], [together[at] ?? []]) > 0.999999);
    }
    const pictures = Array.from({ length: 40 }, (_, seed) => picture(64, 64, seed));
    const seen = await clip.embedImages(pictures);
    for (const at of [0, 31, 39]) assert.ok(worstCosine([await clip.embedImage(pictures[at] ?? '')], [seen[at] ?? []]) > 0.999999);
  });
});

/** As clip.cpp's converter names them. */
function clipCppName(name: string): string {
  if (name.includes('projection')) return name;
  const parts: [RegExp, string][] = [
    [/text_model/, 't'],
    [/vision_model/, 'v'],
    [/encoder\.layers/, 'blk'],
    [/embeddings\./, ''],
    [/_proj/, ''],
    [/self_attn\./, 'attn_'],
    [/layer_?norm|layrnorm/, 'ln'],
    [/mlp\.fc1/, 'ffn_down'],
    [/mlp\.fc2/, 'ffn_up'],
    [/embedding/, 'embd'],
    [/final/, 'post'],
  ];
  return parts.reduce((text, [from, to]) => text.replace(from, to), name);
}

/** Writes model-00001.safetensors … and their index. */
async function splitSafetensors(path: string, folder: string, pieces: number): Promise<void> {
  const header = await readModelHeader(path);
  const bytes = await readFile(path);
  const weightMap: Record<string, string> = {};
  for (let piece = 0; piece < pieces; piece++) {
    const file = `model-0000${piece + 1}.safetensors`;
    const part = header.tensors.filter((_, index) => index % pieces === piece);
    for (const { name } of part) weightMap[name] = file;
    const tensors = part.map(
      ({ name, dtype, shape, offset, bytes: size }) => [name, { dtype, shape, data: bytes.subarray(offset, offset + size) }] as const,
    );
    await writeFile(join(folder, file), safetensors(Object.fromEntries(tensors)));
  }
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }));
}
