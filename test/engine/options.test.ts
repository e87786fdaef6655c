import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { cacheModes, hiresUpscalers, loraApplyModes, predictions, previewModes, rngs, vaeFormats } from '../../lib/doors/engine.ts';
import { loadNative } from '../../lib/engine/addon/native.ts';
import { convertOptions } from '../../lib/engine/options/convert.ts';
import { generateOptions } from '../../lib/engine/options/generate.ts';
import { loadModelOptions } from '../../lib/engine/options/load-model.ts';
import { everyRow } from '../../lib/engine/options/row.ts';
import { optionTables } from '../../lib/engine/options/tables.ts';
import { upscaleOptions } from '../../lib/engine/options/upscale.ts';
import { loadModel, type Model, samplers, schedulers, weightTypes } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { rowComments } from './row-comments.ts';
import { artistFailure, tiny } from './support.ts';

suite('names of the engine', (test) => {
  const lists = {
    sampler: samplers,
    scheduler: schedulers,
    rng: rngs,
    prediction: predictions,
    preview: previewModes,
    loraApplyMode: loraApplyModes,
    hiresUpscaler: hiresUpscalers,
    cacheMode: cacheModes,
    vaeFormat: vaeFormats,
  };
  for (const [name, ours] of Object.entries(lists)) {
    test(`${name}: our names are the engine's, in its order`, () => {
      assert.equal([...ours], loadNative().enums()[name as keyof typeof lists]);
    });
  }

  test('weight types: each of ours exists in the engine', () => {
    const engine = loadNative().enums().weightType;
    assert.equal(
      weightTypes.filter((type) => !engine.includes(type)),
      [],
    );
  });

  test('weight types: we leave out only engine types that no weight is stored in', () => {
    const ours: readonly string[] = weightTypes;
    assert.equal(
      loadNative()
        .enums()
        .weightType.filter((type) => !ours.includes(type))
        .sort(),
      ['f64', 'i16', 'i32', 'i64', 'i8', 'q8_1', 'q8_K'],
    );
  });
});

/** Names of all fields of a schema, including nested ones. */
function fieldNames(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, field]) => [name, ...fieldNames(field)]);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return fieldNames(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return fieldNames(schema.element as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(fieldNames);
  return [];
}

suite('documentation', (test) => {
  const pages = {
    'generate.md': generateOptions,
    'load-model.md': loadModelOptions,
    'upscale.md': upscaleOptions,
    'convert.md': convertOptions,
  };
  for (const [page, schema] of Object.entries(pages)) {
    test(`docs/${page} names every option`, async () => {
      const text = await readFile(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
      assert.equal(
        fieldNames(schema).filter((name) => !text.includes(`\`${name}\``)),
        [],
      );
    });
  }

  test('every row of the option tables has a comment', async () => {
    const tables = await rowComments();
    const bare = [...tables].flatMap(([name, comments]) =>
      [...comments].filter(([, comment]) => comment === '').map(([key]) => `${name}: ${key}`),
    );
    assert.equal(bare, []);
    const known = new Set([...tables.values()].flatMap((comments) => [...comments.keys()]));
    for (const { path } of Object.values(optionTables).flatMap((table) => everyRow(table)))
      assert.ok(known.has(path.replace(/^.*\./, '')), `${path}: no comment found`);
  });
});

suite('options of generate', (test) => {
  let model: Model;
  test.before(async () => {
    model = await loadModel();
  });
  test.after(() => model.dispose());

  const bad: [options: Record<string, unknown>, message: string | RegExp][] = [
    [{ width: 0 }, 'width: expected a number of at least 1, got 0'],
    [{ width: -64 }, 'width: expected a number of at least 1, got -64'],
    [{ width: 100 }, 'width: expected a multiple of 64, got 100. Nearest: 64 or 128'],
    [{ height: 100 }, 'height: expected a multiple of 64, got 100. Nearest: 64 or 128'],
    [{ width: 1e9 }, 'width: expected a number of at most 8192, got 1000000000'],
    [{ width: '64' }, /^width: expected an? (number|int|integer), got "64"$/],
    [{ width: Number.NaN }, /^width: expected an? (number|int|integer), got NaN$/],
    [{ height: 64.5 }, /^height: expected an integer, got 64.5$/],
    [{ width: null }, /^width: expected an? (number|int|integer), got null$/],
    [{ width: 8192, height: 8256 }, 'height: expected a number of at most 8192, got 8256'],
    [{ steps: 0 }, 'steps: expected a number of at least 1, got 0'],
    [{ steps: 1001 }, 'steps: expected a number of at most 1000, got 1001'],
    [{ cfgScale: Number.POSITIVE_INFINITY }, /^cfgScale: expected a number, got Infinity$/],
    [{ cfgScale: -1 }, 'cfgScale: expected a number of at least 0, got -1'],
    [{ seed: -2 }, 'seed: expected a number of at least -1, got -2'],
    [{ seed: 2n }, 'seed: expected a number, got 2n'],
    [{ sampler: 'eulr' }, /^sampler: expected one of euler, .*, got "eulr"\. Did you mean euler\?$/],
    [{ seed: 2 ** 53 }, /^seed: expected/],
    [
      { seed: Number.MAX_SAFE_INTEGER, batchCount: 2 },
      `seed: expected at most ${Number.MAX_SAFE_INTEGER - 1} for a batch of 2, got ${Number.MAX_SAFE_INTEGER}`,
    ],
    [{ batchCount: 65 }, 'batchCount: expected a number of at most 64, got 65'],
    [{ clipSkip: 0 }, 'clipSkip: expected a number of at least 1, got 0'],
    [{ denoisingStrength: 1.1 }, 'denoisingStrength: expected a number of at most 1, got 1.1'],
    [{ prompt: 5 }, 'prompt: expected a string, got 5'],
    [{ prompt: 'x'.repeat(100_001) }, 'prompt: expected at most 100000 bytes, got 100001'],
    [{ prompt: 'a\0b' }, 'prompt: expected text without null characters'],
    [{ negativePrompt: '🦊'.repeat(30_000) }, 'negativePrompt: expected at most 100000 bytes, got 120000'],
    [{ sampler: 'eular' }, `sampler: expected one of ${samplers.join(', ')}, got "eular". Did you mean euler?`],
    [{ scheduler: 'Karras' }, `scheduler: expected one of ${schedulers.join(', ')}, got "Karras". Did you mean karras?`],
    [{ scheduler: 'gits', steps: 1 }, 'steps: expected at least 2 for the scheduler gits, got 1'],
    [
      { scheduler: 'gits', steps: 4, hires: { steps: 1, denoisingStrength: 1 } },
      'hires.steps: expected at least 2 for the scheduler gits, got 1',
    ],
    [{ sigmas: [1] }, 'sigmas: expected at least 2 items, got an array of 1'],
    [{ sigmas: [1, Number.NaN] }, /^sigmas\.1: expected a number, got NaN$/],
    [{ sigmas: [1, 2, 3] }, 'sigmas.1: expected at most 1, the level before it, got 2: levels go from high to low'],
    [{ sigmas: [14, 0, 3] }, 'sigmas.2: expected at most 0, the level before it, got 3: levels go from high to low'],
    [{ hires: { sigmas: [3, 3, 5, 0] } }, 'hires.sigmas.2: expected at most 3, the level before it, got 5: levels go from high to low'],
    [{ samplerArgs: { 'a,b': 1 } }, 'samplerArgs.a,b: expected a name of letters, digits and _, got "a,b"'],
    [{ skipLayerGuidance: { layers: [] } }, 'skipLayerGuidance.layers: expected at least 1 item, got an array of 0'],
    [{ cache: 'fast' }, `cache: expected one of ${cacheModes.join(', ')}, got "fast"`],
    [{ cache: { mode: 'cache-dit', scmMask: '1,2' } }, /^cache\.scmMask: expected 1 and 0 with commas/],
    [{ preview: 'large' }, `preview: expected one of ${previewModes.join(', ')}, got "large"`],
    [{ hires: { upscaler: 'Bicubic' } }, `hires.upscaler: expected one of ${hiresUpscalers.join(', ')}, got "Bicubic"`],
    [{ hires: { width: 100 } }, 'hires.width: expected a multiple of 64, got 100. Nearest: 64 or 128'],
    [{ width: 4096, height: 4096, hires: { scale: 4 } }, /^hires: expected a target of at most 8192 pixels an edge/],
    [{ vaeTiling: 'yes' }, 'vaeTiling: expected true, false or an object, got "yes"'],
    [{ vaeTiling: { overlap: 0.9 } }, 'vaeTiling.overlap: expected a number of at most 0.5, got 0.9'],
    [{ loras: ['a', 5] }, 'loras.1: expected a path, a name, {path, weight} or {name, weight}, got 5'],
    [{ loras: [{ path: 'a', weight: 99 }] }, 'loras.0.weight: expected a number of at most 10, got 99'],
    [{ maskImage: 'mask.png' }, /^maskImage: expected initImage beside it/],
    [{ initImage: 5 }, 'initImage: expected a path, encoded bytes, raw pixels or an ArtImage, got 5'],
    [{ signal: {} }, 'signal: expected an AbortSignal, got an object'],
    [{ onProgress: 'log' }, 'onProgress: expected a function, got "log"'],
    [{ stepps: 5 }, 'stepps: unknown option of generate(), did you mean steps?'],
    [{ cfg: 5 }, 'cfg: unknown option of generate(), did you mean cfgScale?'],
    [{ hires: { upscale: 'Latent' } }, /^hires\.upscale: unknown option of generate\(\)/],
  ];
  for (const [options, message] of bad) {
    const shown = JSON.stringify(options, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    test(`rejects ${shown.length > 90 ? `${shown.slice(0, 90)}…` : shown}`, async () => {
      await artistFailure(model.generate({ ...tiny, ...options }), 'ERR_INVALID_ARGUMENT', message);
    });
  }

  for (const options of [null, 5, 'a fox', []]) {
    test(`rejects ${JSON.stringify(options)} in place of options`, async () => {
      await artistFailure(model.generate(options as never), 'ERR_INVALID_ARGUMENT', /^generate: expected an object, got /);
    });
  }
});

suite('options of loadModel', (test) => {
  const bad: [options: Record<string, unknown>, message: string | RegExp][] = [
    [{ threads: 0 }, 'threads: expected a number of at least 1, got 0'],
    [{ threads: 1.5 }, 'threads: expected an integer, got 1.5'],
    [{ weightType: 'q9' }, `weightType: expected one of ${weightTypes.join(', ')}, got "q9"`],
    [{ tensorTypeRules: { 'a=b': 'f16' } }, 'tensorTypeRules.a=b: expected a pattern without "," and "=", got "a=b"'],
    [{ tensorTypeRules: { a: 'f99' } }, /^tensorTypeRules\.a: expected one of f32, /],
    [{ rng: 'dice' }, 'rng: expected one of std_default, cuda, cpu, got "dice"'],
    [{ model: '' }, 'model: expected at least 1 character, got ""'],
    [{ model: 'a', diffusionModel: 'b' }, /^diffusionModel: expected to stand alone/],
    [{ streamLayers: true }, /^streamLayers: expected maxVram beside it/],
    [{ maxVram: -0.5 }, /^maxVram: expected/],
    [{ seamless: 'z' }, /^seamless: expected/],
    [{ vea: 'x' }, 'vea: unknown option of loadModel(), did you mean vae?'],
    [{ embeddings: { 'two words': 'x' } }, /^embeddings\.two words: expected a word/],
  ];
  for (const [options, message] of bad) {
    test(`rejects ${JSON.stringify(options)}`, async () => {
      await artistFailure(loadModel(options), 'ERR_INVALID_ARGUMENT', message);
    });
  }
});
