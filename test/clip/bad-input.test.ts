import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { type Clip, loadClip, similarity } from '../../lib/doors/clip.ts';
import type { ImageInput } from '../../lib/index.ts';
import { bundledModel, readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, cosine, fixture, picture, safetensors, withFolder } from './support.ts';

const model = fixture('quick-patch4', 'model.safetensors');

interface Tensor {
  dtype: string;
  shape: number[];
  data: Buffer;
}

/** The fixture, changed: `edit` may remove, reshape or overwrite tensors. */
async function edited(folder: string, edit: (tensors: Record<string, Tensor>) => void): Promise<string> {
  const bytes = await readFile(model);
  const header = await readModelHeader(model);
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape, offset, bytes: size } of header.tensors)
    tensors[name] = { dtype, shape: [...shape], data: bytes.subarray(offset, offset + size) };
  edit(tensors);
  const path = join(folder, 'model.safetensors');
  await writeFile(path, safetensors(tensors));
  await copyFile(fixture('quick-patch4', 'config.json'), join(folder, 'config.json'));
  return path;
}

function without(tensors: Record<string, unknown>, part: string): void {
  for (const name of Object.keys(tensors)) if (name.includes(part)) delete tensors[name];
}

suite('loadClip with bad options', (test) => {
  const bad: [options: Record<string, unknown>, message: string | RegExp][] = [
    [{ model: '' }, 'model: expected at least 1 character, got ""'],
    [{ modle: model }, 'modle: unknown option of loadClip(), did you mean model?'],
    [{ weightType: 'q4_0' }, /^weightType: expected one of f32, f16, bf16, q8_0/],
    [{ threads: 0 }, /^threads: expected/],
    [{ signal: 1 }, 'signal: expected an AbortSignal, got 1'],
  ];
  for (const [options, message] of bad)
    test(`rejects ${JSON.stringify(options)}`, () =>
      artistFailure(loadClip(options as { model: string }), 'ERR_INVALID_ARGUMENT', message));
  test('rejects a device that is not there', () => artistFailure(loadClip(model, { backend: 'cuda7' }), 'ERR_NO_DEVICE'));
  test('an aborted signal rejects with its reason', async () => {
    const reason = new Error('enough');
    let thrown: unknown;
    await loadClip({ signal: AbortSignal.abort(reason) }).catch((error: unknown) => {
      thrown = error;
    });
    assert.is(thrown, reason);
  });
});

suite('loadClip with files that are no CLIP', (test) => {
  test('no such file', () => artistFailure(loadClip('no/such/model.safetensors'), 'ERR_MODEL_NOT_FOUND'));
  test('an empty folder', () =>
    withFolder((folder) => artistFailure(loadClip(folder), 'ERR_MODEL_NOT_FOUND', /expected a folder with model\.safetensors/)));
  test('a diffusion model is named for what it is', () =>
    artistFailure(
      loadClip(bundledModel().model),
      'ERR_MODEL_FORMAT',
      /expected a CLIP model with text and image towers, got an? .*(?:SD|checkpoint)/,
    ));
  test('an upscaler is named for what it is', () =>
    artistFailure(loadClip(bundledModel().upscaler), 'ERR_MODEL_FORMAT', /got an ESRGAN upscaler/));
  test('an index that is no index', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'model.safetensors.index.json');
      await writeFile(path, '{"weight_map": {"a": "../../etc/passwd"}}');
      await artistFailure(loadClip(path), 'ERR_MODEL_FORMAT', /expected an index of safetensors files/);
    }));

  const damaged: [what: string, edit: Parameters<typeof edited>[1], code: string, message: RegExp][] = [
    [
      'no image tower',
      (e) => without(e, 'vision_model'),
      'ERR_MODEL_FORMAT',
      /no image tower \(tensor vision_model\.embeddings\.patch_embedding\.weight is missing\)/,
    ],
    [
      'no text tower',
      (e) => without(e, 'text_model'),
      'ERR_MODEL_FORMAT',
      /no text tower \(tensor text_model\.embeddings\.token_embedding\.weight is missing\)/,
    ],
    [
      'a missing bias',
      (e) => without(e, 'text_model.encoder.layers.1.mlp.fc2.bias'),
      'ERR_MODEL_FORMAT',
      /text_model\.encoder\.layers\.1\.mlp\.fc2\.bias: this tensor is missing/,
    ],
    ['no projection', (e) => without(e, 'visual_projection'), 'ERR_MODEL_FORMAT', /visual_projection\.weight: this tensor is missing/],
    [
      'a matrix of integers',
      (e) => {
        const matrix = e['text_model.encoder.layers.0.self_attn.q_proj.weight'];
        if (matrix) matrix.dtype = 'I32';
      },
      'ERR_MODEL_FORMAT',
      /text_model\.encoder\.layers\.0\.self_attn\.q_proj\.weight: expected numbers with fractions, got the type i32/,
    ],
    [
      'a matrix lying on its side',
      (e) => e['text_model.encoder.layers.0.self_attn.q_proj.weight']?.shape.splice(0, 2, 32, 128),
      'ERR_MODEL_FORMAT',
      /text_model\.encoder\.layers\.0\.self_attn\.q_proj\.weight: expected the shape 64x64, got 32x128/,
    ],
    [
      'a number of patches that makes no square',
      (e) => {
        e['vision_model.embeddings.position_embedding.weight'] = { dtype: 'F32', shape: [36, 32], data: Buffer.alloc(36 * 32 * 4) };
      },
      'ERR_MODEL_FORMAT',
      /position_embedding\.weight: expected a square number of patches and one, got 36/,
    ],
  ];
  for (const [what, edit, code, message] of damaged)
    test(what, () => withFolder(async (folder) => void (await artistFailure(loadClip(await edited(folder, edit)), code, message))));

  for (const [what, bits] of [
    ['NaN', 0x7fc00000],
    ['infinity', 0x7f800000],
  ] as const)
    test(`a weight of ${what}: the message names the tensor`, () =>
      withFolder(async (folder) => {
        const name = 'vision_model.encoder.layers.1.mlp.fc1.weight';
        const path = await edited(folder, (tensors) => {
          const data = Buffer.from(tensors[name]?.data ?? []);
          data.writeUInt32LE(bits, data.length - 4);
          tensors[name] = { dtype: 'F32', shape: tensors[name]?.shape ?? [], data };
        });
        for (const weightType of ['f32', 'f16', 'q8_0'] as const)
          await artistFailure(loadClip(path, { weightType }), 'ERR_MODEL_FORMAT', new RegExp(`${name}: it holds NaN or infinite values`));
      }));

  test('heads that do not divide the width', () =>
    withFolder(async (folder) => {
      const config = JSON.parse(await readFile(fixture('quick-patch4', 'config.json'), 'utf8'));
      config.vision_config.num_attention_heads = 5;
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      await artistFailure(
        loadClip(model, { config: join(folder, 'config.json') }),
        'ERR_MODEL_FORMAT',
        /a number of heads that divides 32, got 5/,
      );
    }));
  test('an activation we do not have', () =>
    withFolder(async (folder) => {
      const config = JSON.parse(await readFile(fixture('quick-patch4', 'config.json'), 'utf8'));
      config.text_config.hidden_act = 'swish';
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      await artistFailure(
        loadClip(model, { config: join(folder, 'config.json') }),
        'ERR_UNSUPPORTED',
        /hidden_act: expected quick_gelu or gelu, got "swish"/,
      );
    }));
  test("OpenCLIP's file without an image tower, and its settings of towers that are not its own", () =>
    withFolder(async (folder) => {
      const source = fixture('open-clip', 'open_clip_model.safetensors');
      const header = await readModelHeader(source);
      const bytes = await readFile(source);
      const text = header.tensors
        .filter(({ name }) => !name.startsWith('visual.'))
        .map(
          ({ name, dtype, shape, offset, bytes: size }) => [name, { dtype, shape, data: bytes.subarray(offset, offset + size) }] as const,
        );
      const path = join(folder, 'model.safetensors');
      await writeFile(path, safetensors(Object.fromEntries(text)));
      await artistFailure(loadClip(path), 'ERR_MODEL_FORMAT', /no image tower \(tensor visual\.conv1\.weight is missing\)/);
      const config = JSON.parse(await readFile(fixture('open-clip', 'open_clip_config.json'), 'utf8'));
      const edits: [message: RegExp, edit: (given: typeof config) => void][] = [
        [
          /timm_model_name: expected an image tower of OpenCLIP, got "convnext_base"/,
          (c) => (c.model_cfg.vision_cfg.timm_model_name = 'convnext_base'),
        ],
        [
          /hf_model_name: expected a text tower of OpenCLIP, got "roberta-base"/,
          (c) => (c.model_cfg.text_cfg.hf_model_name = 'roberta-base'),
        ],
        [/resize_mode: expected shortest or squash, got "longest"/, (c) => (c.preprocess_cfg.resize_mode = 'longest')],
        [/interpolation: expected bicubic or bilinear, got "nearest"/, (c) => (c.preprocess_cfg.interpolation = 'nearest')],
      ];
      for (const [message, edit] of edits) {
        const changed = structuredClone(config);
        edit(changed);
        const file = join(folder, 'open_clip_config.json');
        await writeFile(file, JSON.stringify(changed));
        await artistFailure(loadClip(source, { config: file }), 'ERR_UNSUPPORTED', message);
      }
      await writeFile(
        join(folder, 'open_clip_config.json'),
        JSON.stringify({ model_cfg: { vision_cfg: { width: 'wide' }, text_cfg: {} } }),
      );
      await artistFailure(
        loadClip(source, { config: join(folder, 'open_clip_config.json') }),
        'ERR_MODEL_FORMAT',
        /open_clip_config\.json: model_cfg\.vision_cfg\.width/,
      );
    }));
  test('a crop of another model', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'preprocessor_config.json');
      await writeFile(path, JSON.stringify({ crop_size: { height: 224, width: 224 }, size: { shortest_edge: 224 } }));
      await artistFailure(
        loadClip(model, { preprocessor: path }),
        'ERR_MODEL_FORMAT',
        /crop_size: expected 24, as the image tower has, got 224x224/,
      );
    }));
});

suite('bad texts and pictures', (test) => {
  let clip: Clip;
  test.before(async () => {
    clip = await loadClip();
  });
  test.after(() => clip.dispose());

  const texts: [text: unknown, message: string | RegExp][] = [
    ['', 'text: expected a text with at least one word'],
    [' \n\t', 'text: expected a text with at least one word'],
    [undefined, /^text: expected a string, got undefined/],
    [7, /^text: expected a string, got 7/],
    ['a'.repeat(10_001), /^text: expected at most 10000 characters/],
  ];
  for (const [text, message] of texts)
    test(`rejects the text ${JSON.stringify(text)?.slice(0, 20)}`, () =>
      artistFailure(clip.embedText(text as string), 'ERR_INVALID_ARGUMENT', message));
  test('names the text of a list', () => artistFailure(clip.embedTexts(['a', '']), 'ERR_INVALID_ARGUMENT', /^texts\.1: expected a text/));
  test('a long text: cut and flagged, or refused', async () => {
    const long = 'red fox '.repeat(60);
    const cut = await clip.embedText(long);
    assert.is(cut.truncated, true);
    assert.ok(cosine(cut, await clip.embedText(`${'red fox '.repeat(37)}red`)) > 0.999999);
    assert.is((await clip.embedText('red fox')).truncated, false);
    await artistFailure(clip.embedText(long, { truncate: false }), 'ERR_INVALID_ARGUMENT', /^text: expected at most 75 tokens/);
    await artistFailure(clip.embedTexts(['a', long], { truncate: false }), 'ERR_INVALID_ARGUMENT', /^texts\.1: expected at most 75 tokens/);
  });
  test('token ids outside the vocabulary, too many, none', async () => {
    await artistFailure(
      clip.embedTokens([[49406, 49408]]),
      'ERR_INVALID_ARGUMENT',
      /^tokens\.0\.1: expected a number of at most 49407, got 49408/,
    );
    await artistFailure(clip.embedTokens([[-1]]), 'ERR_INVALID_ARGUMENT');
    await artistFailure(clip.embedTokens([Array(78).fill(1)]), 'ERR_INVALID_ARGUMENT', /^tokens\.0: expected at most 77 items/);
    await artistFailure(clip.embedTokens([[]]), 'ERR_INVALID_ARGUMENT');
  });
  test('no labels', () => artistFailure(clip.classify(picture(8, 8, 0), []), 'ERR_INVALID_ARGUMENT', /^labels: expected at least 1 item,/));
  test('a template without a place for the label', () =>
    artistFailure(
      clip.classify(picture(8, 8, 0), ['a'], { template: 'a photo' }),
      'ERR_INVALID_ARGUMENT',
      'template: expected a text with {} in it',
    ));

  const pictures: [what: string, image: unknown, code: string][] = [
    ['a missing path', 'no/such.png', 'ERR_READ'],
    ['nothing', undefined, 'ERR_INVALID_ARGUMENT'],
    ['random bytes', new Uint8Array(64).fill(7), 'ERR_IMAGE_DECODE'],
    ['an empty buffer', new Uint8Array(), 'ERR_IMAGE_DECODE'],
    ['raw pixels of a wrong length', { width: 2, height: 2, channels: 3, data: new Uint8Array(11) }, 'ERR_INVALID_ARGUMENT'],
  ];
  for (const [what, image, code] of pictures)
    test(`rejects ${what}, and the others of the list do not hang`, async () => {
      await artistFailure(clip.embedImage(image as ImageInput), code);
      await artistFailure(clip.embedImages([...Array(6).fill(picture(8, 8, 0)), image as ImageInput]), code);
    });
  test('a PNG of 20,000 pixels is refused before it is decoded', async () => {
    const wide = await sharp({ create: { width: 20_000, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await artistFailure(clip.embedImage(wide), 'ERR_IMAGE_DECODE', /20000x2/);
  });
  test('a truncated JPEG', async () => {
    const whole = await sharp(picture(200, 200, 1).data, { raw: { width: 200, height: 200, channels: 3 } })
      .jpeg()
      .toBuffer();
    await artistFailure(clip.embedImage(whole.subarray(0, whole.length / 2)), 'ERR_IMAGE_DECODE');
  });

  test('1x1, grey, alpha, CMYK, animated and EXIF-rotated pictures are what they show', async () => {
    const red = { width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 30, 40) };
    const flat = (width: number, height: number): ImageInput => ({
      width,
      height,
      channels: 3,
      data: new Uint8Array(width * height * 3).map((_, at) => [200, 30, 40][at % 3] ?? 0),
    });
    assert.ok(cosine(await clip.embedImage(red), await clip.embedImage(flat(64, 64))) > 0.999999);

    const { data } = picture(96, 64, 2);
    const source = sharp(data, { raw: { width: 96, height: 64, channels: 3 } });
    const plain = await clip.embedImage(await source.clone().png().toBuffer());
    assert.ok(cosine(plain, await clip.embedImage(picture(96, 64, 2))) > 0.999999);
    assert.ok(cosine(plain, await clip.embedImage(await source.clone().ensureAlpha().png().toBuffer())) > 0.999999);
    const quarter = source.clone().rotate(90).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
    const marked = await quarter.clone().withMetadata({ orientation: 8 }).toBuffer();
    assert.ok(cosine(plain, await clip.embedImage(marked)) > 0.999, 'EXIF orientation is applied');
    assert.ok(cosine(plain, await clip.embedImage(await quarter.toBuffer())) < 0.99, 'and makes a difference');
    const grey = await clip.embedImage(await source.clone().greyscale().png().toBuffer());
    assert.ok(cosine(grey, await clip.embedImage(await source.clone().greyscale().toColourspace('srgb').png().toBuffer())) > 0.999);
    const cmyk = await source.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    assert.ok(cosine(plain, await clip.embedImage(cmyk)) > 0.8);
    const animated = await sharp(Buffer.concat([data, picture(96, 64, 9).data]), {
      raw: { width: 96, height: 128, channels: 3, pageHeight: 64 },
    })
      .webp({ lossless: true })
      .toBuffer();
    assert.ok(cosine(plain, await clip.embedImage(animated)) > 0.999999);
  });
});

suite('similarity', (test) => {
  const a = Float32Array.of(1, 0);
  test('cosines', () => {
    assert.is(similarity(a, a), 1);
    assert.is(similarity(a, Float32Array.of(0, 5)), 0);
    assert.is(similarity(a, Float32Array.of(-2, 0)), -1);
  });
  for (const [what, b] of [
    ['another length', Float32Array.of(1)],
    ['an array', [1, 0]],
    ['zeros', Float32Array.of(0, 0)],
    ['NaN', Float32Array.of(Number.NaN, 1)],
  ] as const)
    test(`rejects ${what}`, () => {
      let code: unknown;
      try {
        similarity(a, b as Float32Array);
      } catch (error) {
        code = (error as { code?: unknown }).code;
      }
      assert.is(code, 'ERR_INVALID_ARGUMENT');
    });
});
