import { equal, is, match, ok } from 'uvu/assert';
import {
  ArtImage,
  canonicalJson,
  engineNames,
  imageFormats,
  type PartialRecipe,
  type Recipe,
  readRecipe,
  recipeHash,
  recipeSchema,
  writeInfotext,
} from '../../lib/image/index.ts';
import { readInfotext } from '../../lib/image/recipes/infotext-reading.ts';
import { samplerTitle, schedulerTitle } from '../../lib/image/recipes/sampler-names.ts';
import { suite } from '../harness.ts';
import { fullRecipe, picture, random, rejects } from './pictures.ts';

/**
 * An independent reader: A1111's grammar by its own regular expression (modules/infotext_utils.py), not by our scanner.
 * Python's \w is Unicode, JavaScript's is not: spelled out.
 */
function a1111(text: string): { prompt: string; negative: string; fields: Record<string, string> } {
  const pattern = /\s*([\p{L}\p{N}_][\p{L}\p{N}\p{M}_ \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/gu;
  const lines = text.trim().split('\n');
  let last = lines.pop() ?? '';
  if ([...last.matchAll(pattern)].length < 3) {
    lines.push(last);
    last = '';
  }
  const prompt: string[] = [];
  const negative: string[] = [];
  let done = false;
  for (const raw of lines) {
    let line = raw.trim();
    if (line.startsWith('Negative prompt:')) {
      done = true;
      line = line.slice(16).trim();
    }
    (done ? negative : prompt).push(line);
  }
  const fields: Record<string, string> = {};
  for (const [, key = '', value = ''] of last.matchAll(pattern))
    fields[key] = value.startsWith('"') && value.endsWith('"') ? JSON.parse(value) : value;
  return { prompt: prompt.join('\n'), negative: negative.join('\n'), fields };
}

const scenes = [
  'a fox',
  'snow',
  '🦊',
  '"quoted"',
  "it's",
  'with: colon',
  'a, b',
  '\n',
  '\\',
  '中文',
  'ß',
  '(masterpiece:1.2)',
  '<b>&amp;',
  '{a|b}',
  '\t',
  '  ',
  '\u2028',
  '\ufffe',
  '\ud800',
  '\u0001',
  'Steps: 3, Seed: 4, Size: 1x1',
  'e\u0301',
];

/** A random recipe: every optional field with even odds, texts from the table above. */
function randomRecipe(seed: number): Recipe {
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const words = (count = 8): string => Array.from({ length: Math.floor(next() * count) }, () => pick(scenes)).join(pick([' ', ', ', '']));
  const hash = (): string => Array.from({ length: 64 }, () => Math.floor(next() * 16).toString(16)).join('');
  const real = (): number => pick([next() * 20, Math.round(next() * 100) / 10, 1e-7, 1.5e21, 0.1 + 0.2]);
  const all: Required<Recipe> = {
    mode: pick(['txt2img', 'img2img', 'inpaint', 'edit', 'upscale']),
    prompt: words(30),
    negativePrompt: words(),
    seed: Math.floor(next() * 2 ** 53),
    steps: Math.floor(next() * 150),
    sampler: pick(['euler', 'euler_a', 'dpm++2m', 'unknown sampler']),
    scheduler: pick(['discrete', 'karras', 'ays']),
    sigmas: [real(), real()],
    cfgScale: real(),
    imageCfgScale: real(),
    distilledGuidance: real(),
    eta: real(),
    flowShift: real(),
    clipSkip: Math.floor(next() * 4) - 1,
    width: 1 + Math.floor(next() * 4096),
    height: 1 + Math.floor(next() * 4096),
    denoisingStrength: next(),
    model: { name: words(3), hash: hash() },
    vae: { name: words(3) },
    loras: [{ name: words(2), weight: real(), hash: hash() }],
    controlNet: { name: words(2), strength: next() },
    batchIndex: Math.floor(next() * 9),
    batchCount: 1 + Math.floor(next() * 9),
    hires: { upscaler: words(2), scale: real(), steps: 5 },
    upscaler: { name: words(2), factor: 4 },
    rng: 'cuda',
    engine: words(2),
    backend: 'CPU',
    software: words(2),
    extra: { [words(2) || 'key']: words(), number: real(), nested: [{ [words(1)]: null }, words(2)] },
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key === 'prompt' || next() < 0.5)) as Recipe;
}

suite('recipe', (test) => {
  const bad: [object, RegExp][] = [
    [{}, /^prompt: expected a string, got undefined$/],
    [{ prompt: 1 }, /^prompt: expected a string, got 1$/],
    [{ prompt: '', steps: 1.5 }, /^steps: expected an integer, got 1\.5$/],
    [{ prompt: '', seed: 2 ** 53 }, /^seed: /],
    [{ prompt: '', cfgScale: Number.NaN }, /^cfgScale: expected a number, got NaN$/],
    [{ prompt: '', loras: [{ name: 'x' }] }, /^loras\.0\.weight: expected a number, got undefined$/],
    [{ prompt: '', sedd: 1 }, /^sedd: unknown option of recipe\(\), did you mean seed\?$/],
    [{ prompt: '', extra: { a: () => 1 } }, /^extra\.a/],
  ];
  for (const [value, message] of bad)
    test(`rejects ${message.source}`, () => rejects(() => recipeHash(value as Recipe), 'ERR_INVALID_ARGUMENT', message));

  test('canonical JSON sorts keys by UTF-16 units, drops undefined, keeps numbers as JavaScript writes them (RFC 8785)', () => {
    is(
      canonicalJson({ '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, a: undefined, '\ufb33': [1e21, 4.5, 2e-3, undefined] }),
      '{"\\r":2,"1":3,"\u20ac":1,"\ud83d\ude00":4,"\ufb33":[1e+21,4.5,0.002,null]}',
    );
  });
  // printf '{"prompt":"a"}' | sha256sum
  test('the hash is SHA-256 of the canonical JSON', () =>
    is(recipeHash({ prompt: 'a' }), '732acbb3e402e912437dbe53442ca54368b45e73c284acbf4c0530fac53cca74'));
  test('the order of keys does not change the hash, every field does', () => {
    const reversed = Object.fromEntries(Object.entries(fullRecipe).reverse()) as Recipe;
    is(recipeHash(reversed), recipeHash(fullRecipe));
    const hashes = new Set([recipeHash(fullRecipe)]);
    for (const key of Object.keys(fullRecipe)) if (key !== 'prompt') hashes.add(recipeHash({ ...fullRecipe, [key]: undefined }));
    is(hashes.size, Object.keys(fullRecipe).length);
  });
  test('the full recipe of these tests has every field of the schema', () =>
    equal(Object.keys(fullRecipe).sort(), Object.keys(recipeSchema.shape).sort()));
});

suite('infotext', (test) => {
  test('is what A1111 shows, and an independent parser reads it', () => {
    const written = writeInfotext(fullRecipe);
    const { prompt, negative, fields } = a1111(written);
    is(prompt, 'a fox, "quoted": snow 🦊\nSecond line, with: colon\n<lora:my-style:0.8> <lora:other:-1>');
    is(negative, 'blurry, <b>&amp;</b> 中文');
    equal(fields, {
      Steps: '20',
      Sampler: 'DPM++ 2M',
      'Schedule type': 'Karras',
      'CFG scale': '7.5',
      'Distilled CFG Scale': '3.5',
      'Image CFG scale': '1.5',
      Seed: '9007199254740991',
      Size: '512x768',
      'Model hash': 'ababababab',
      Model: 'sd15, pruned: "x"',
      'VAE hash': 'cdcdcdcdcd',
      VAE: 'vae-ft',
      'Denoising strength': '0.55',
      'Clip skip': '2',
      Eta: '0.1',
      Shift: '3',
      'Custom sigmas': '14.6 3.25 0.1 0',
      RNG: 'cuda',
      'Hires upscale': '2',
      'Hires resize': '1024x1536',
      'Hires steps': '10',
      'Hires upscaler': 'Latent',
      'ControlNet model': 'canny',
      'ControlNet weight': '0.9',
      'Postprocess upscale by': '4',
      'Postprocess upscaler': 'realesrgan',
      'Batch size': '4',
      'Batch pos': '1',
      'Lora hashes': 'my-style: efefefefefef',
      Backend: 'CPU',
      Engine: 'stable-diffusion.cpp 97d2990',
      Version: 'ai-artist 0.1.0',
      note: 'a: b, "c"',
      'Custom key': 'kept',
      slg: '2.5',
    });
  });

  const sample = `girl with an artist's beret, (eyeshadow:1.1), <lora:ink:0.7>
second line
Negative prompt: ugly, fat
[blurry]
Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 965400086, Size: 512x768, Model hash: 45dee52b, Model: deliberate_v2, VAE hash: c6a580b13a, VAE: vae.ckpt, Clip skip: 2, Denoising strength: 0.5, Hires upscale: 2, Hires upscaler: 4x-UltraSharp, Lora hashes: "ink: 0a1b2c3d", TI hashes: "neg: 66a7279a", ENSD: 31337, Version: v1.6.0`;
  const sampleRecipe: PartialRecipe = {
    prompt: "girl with an artist's beret, (eyeshadow:1.1), \nsecond line",
    negativePrompt: 'ugly, fat\n[blurry]',
    seed: 965400086,
    steps: 20,
    sampler: 'dpm++2m',
    scheduler: 'karras',
    cfgScale: 7,
    clipSkip: 2,
    width: 512,
    height: 768,
    model: { name: 'deliberate_v2', hash: '45dee52b' },
    vae: { name: 'vae.ckpt', hash: 'c6a580b13a' },
    loras: [{ name: 'ink', weight: 0.7, hash: '0a1b2c3d' }],
    hires: { scale: 2, upscaler: '4x-UltraSharp', denoisingStrength: 0.5 },
    software: 'v1.6.0',
    extra: { 'TI hashes': 'neg: 66a7279a', ENSD: '31337' },
  };
  test('a text of A1111 1.6 is read, unknown fields are kept', () => equal(readInfotext(sample), sampleRecipe));
  test('what was read and is written again reads the same', () => {
    const again = readInfotext(writeInfotext({ prompt: '', ...sampleRecipe }));
    // The tag moves to the end of the prompt, where it leaves no trace.
    equal(again, { ...sampleRecipe, prompt: "girl with an artist's beret, (eyeshadow:1.1),\nsecond line" });
  });
  for (const text of ['', 'just a prompt', 'Steps: 20, Seed: 1', 'a: b\nc: d'])
    test(`${JSON.stringify(text)} is no infotext`, () => is(readInfotext(text), undefined));

  test('our scanner finds the same fields as the regular expression, on 4000 random lines', () => {
    const next = random(3);
    const pieces = ['a', 'Bc', ' ', ',', ':', '"', '\\', '-', '/', '_', '中', 'é', '.', '1x2', 'Key: ', ', Ab: "', '\\"', '": '];
    for (let round = 0; round < 4000; round++) {
      const line = `${Array.from({ length: 3 + Math.floor(next() * 25) }, () => pieces[Math.floor(next() * pieces.length)]).join('')}, K1: 1, K2: 2, K3: 3`;
      let expected: Record<string, string>;
      try {
        expected = a1111(`p\n${line}`).fields;
      } catch {
        continue; // quoted, but not JSON: A1111 drops the field, we keep the text
      }
      const found = readInfotext(`p\n${line}`)?.extra ?? {};
      for (const [key, value] of Object.entries(expected)) {
        const first = line.indexOf(`${key}:`) === line.lastIndexOf(`${key}:`);
        if (first && value !== '') is(found[key], value, JSON.stringify(line));
      }
    }
  });

  test('300 random recipes: an independent parser reads prompt, seed, steps and size; ours comes back whole from the file', async () => {
    const raw = picture(16, 16);
    let checked = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const recipe = randomRecipe(seed);
      const { fields } = a1111(writeInfotext(recipe));
      if (recipe.steps !== undefined && recipe.seed !== undefined && recipe.width !== undefined && recipe.height !== undefined) {
        equal(
          [fields.Steps, fields.Seed, fields.Size],
          [`${recipe.steps}`, `${recipe.seed}`, `${recipe.width}x${recipe.height}`],
          `recipe ${seed}`,
        );
        checked++;
      }
      const format = imageFormats[seed % imageFormats.length] ?? 'png';
      const found = await readRecipe(await new ArtImage(raw, recipe).toBuffer(format));
      is(found?.source, 'ai-artist', `recipe ${seed}`);
      equal(found?.recipe, recipe, `recipe ${seed} in ${format}`);
      is(recipeHash(found?.recipe as Recipe), recipeHash(recipe));
    }
    ok(checked > 10, `only ${checked} recipes had all of these fields`);
  });

  test('prompts without line starts that mean something survive the independent parser word for word', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = random(seed);
      const words = scenes.filter((word) => !/^\s+$|\u2028|^\W*$/.test(word) && !word.startsWith('Steps'));
      const prompt = Array.from({ length: 5 }, () => words[Math.floor(next() * words.length)]).join(', ');
      const { prompt: found } = a1111(writeInfotext({ prompt, steps: 1, seed: 2, sampler: 'euler' }));
      is(found, prompt);
    }
  });
  test('a recipe with fewer than three fields is written as its prompt only', () =>
    is(writeInfotext({ prompt: 'a fox', negativePrompt: 'bad', seed: 3 }), 'a fox\nNegative prompt: bad'));
  test('maxLength holds, and the fields stay whole', () => {
    for (const maxLength of [200, 500, 5000]) {
      const text = writeInfotext(
        { prompt: '🦊'.repeat(4000), negativePrompt: 'n'.repeat(4000), steps: 20, seed: 1, sampler: 'euler', width: 64, height: 64 },
        { maxLength },
      );
      ok(text.length <= maxLength, `${text.length} of ${maxLength}`);
      equal(a1111(text).fields, { Steps: '20', Sampler: 'Euler', Seed: '1', Size: '64x64' });
      match(text, /…\nNegative prompt: n+…\n/);
    }
  });
});

suite('sampler names', (test) => {
  // The engine's lists: stable-diffusion.cpp, sample_method_to_str and scheduler_to_str.
  const samplers = [
    'euler',
    'euler_a',
    'heun',
    'dpm2',
    'dpm++2s_a',
    'dpm++2m',
    'dpm++2mv2',
    'ipndm',
    'ipndm_v',
    'lcm',
    'ddim_trailing',
    'tcd',
    'res_multistep',
    'res_2s',
    'er_sde',
    'euler_cfg_pp',
    'euler_a_cfg_pp',
    'euler_ge',
  ];
  const schedulers = [
    'discrete',
    'karras',
    'exponential',
    'ays',
    'gits',
    'sgm_uniform',
    'simple',
    'smoothstep',
    'kl_optimal',
    'lcm',
    'bong_tangent',
    'ltx2',
  ];
  test('every sampler and scheduler of the engine has a title of its own that leads back', () => {
    is(new Set(samplers.map(samplerTitle)).size, samplers.length);
    is(new Set(schedulers.map(schedulerTitle)).size, schedulers.length);
    for (const sampler of samplers)
      for (const scheduler of schedulers) equal(engineNames(samplerTitle(sampler), schedulerTitle(scheduler)), { sampler, scheduler });
    for (const scheduler of schedulers.filter((name) => !schedulerTitle(name).includes(' '))) {
      for (const sampler of samplers) equal(engineNames(`${samplerTitle(sampler)} ${schedulerTitle(scheduler)}`), { sampler, scheduler });
    }
  });
  for (const [sampler, scheduler, expected] of [
    ['Euler a', undefined, { sampler: 'euler_a' }],
    ['DPM++ 2M Karras', undefined, { sampler: 'dpm++2m', scheduler: 'karras' }],
    ['euler_ancestral', 'normal', { sampler: 'euler_a', scheduler: 'discrete' }],
    ['dpmpp_2s_ancestral', 'sgm_uniform', { sampler: 'dpm++2s_a', scheduler: 'sgm_uniform' }],
    ['dpmpp_2m_k', undefined, { sampler: 'dpm++2m', scheduler: 'karras' }],
    ['k_dpmpp_2m', 'native', { sampler: 'dpm++2m', scheduler: 'discrete' }],
    ['k_euler_ancestral', 'karras', { sampler: 'euler_a', scheduler: 'karras' }],
    ['euler_a karras', undefined, { sampler: 'euler_a', scheduler: 'karras' }],
    ['ddim_v3', undefined, { sampler: 'ddim_trailing' }],
    ['UniPC', 'Beta', { sampler: 'UniPC', scheduler: 'Beta' }],
    ['DPM++ 3M SDE Exponential', undefined, { sampler: 'DPM++ 3M SDE', scheduler: 'exponential' }],
    ['', '', {}],
    ['constructor', '__proto__', { sampler: 'constructor', scheduler: '__proto__' }],
  ] as const) {
    test(`${sampler} + ${scheduler} is ${JSON.stringify(expected)}`, () => equal(engineNames(sampler, scheduler), expected));
  }

  test('a value of line ends is read in time proportional to its length', () => {
    const begin = performance.now();
    readInfotext(`x\nSteps: 1, Sampler: Euler, A: "${'\n'.repeat(300_000)}"z`);
    ok(performance.now() - begin < 5000);
  });
});
