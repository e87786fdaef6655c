/** Random weights: their true sizes, that the engine takes them, and what interrupts or damages a file. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { equal, is, match, not, ok } from 'uvu/assert';
import { type RandomModel, randomModels } from '../../lib/bench/weights/families.ts';
import { autoencoder, wanAutoencoder } from '../../lib/bench/weights/layouts/autoencoders.ts';
import { languageModel } from '../../lib/bench/weights/layouts/text-encoders.ts';
import { qwenImage, zImage } from '../../lib/bench/weights/layouts/transformers.ts';
import { isWritten, type RandomFile, randomBytes, writeRandomFile } from '../../lib/bench/weights/random-file.ts';
import { tileOf } from '../../lib/bench/weights/random-values.ts';
import { listWeights, missingBytes, randomPaths, removeWeights, writeRandomModel } from '../../lib/bench/weights/store.ts';
import { countedOperations, measureProducts } from '../../lib/engine/index.ts';
import { isArtistError, loadModel } from '../../lib/index.ts';
import { halfToFloat, readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { type TinyFamily, tinyLayout } from '../train/tiny-models.ts';

const home = mkdtempSync(path.join(tmpdir(), 'ai-artist-weights-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const folder = path.join(home, 'cache', 'bench-weights');
const tiny = (family: TinyFamily, type: RandomFile['type']): RandomModel => ({
  model: { name: `tiny-${family}`, type, layout: () => tinyLayout(family) },
});
const sd3 = { name: 'tiny-sd3', type: 'Q8_0' } as const;
const small: RandomFile = { name: 'small', type: 'Q8_0', layout: () => ({ 'a.weight': [256, 512], 'a.bias': [256], 'n.weight': [256] }) };

const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );
const codeOf = (error: unknown): string => (isArtistError(error) ? error.code : String(error));

/** Paints one step. @returns levels of the picture */
async function paint(model: RandomModel): Promise<Uint8Array> {
  await writeRandomModel(model, { home });
  const loaded = await loadModel({ ...randomPaths(model, home), threads: 2 });
  try {
    const { images } = await loaded.generate({ prompt: 'a fox', width: 64, height: 64, steps: 1, cfgScale: 1, seed: 1, sampler: 'euler' });
    return images[0].data;
  } finally {
    await loaded.dispose();
    await removeWeights(home);
  }
}

suite('bench: random weights', { timeoutMs: 60_000 }, (test) => {
  test('models have the numbers of parameters that their makers name', () => {
    const billions = (files: readonly RandomFile[]): string =>
      (
        files.flatMap(({ layout }) => Object.values(layout())).reduce((sum, shape) => sum + shape.reduce((all, size) => all * size, 1), 0) /
        1e9
      ).toFixed(2);
    const networks = Object.entries(randomModels).map(([family, { model, diffusionModel }]) => {
      const file = diffusionModel ?? model;
      return [family, file && billions([file])];
    });
    // SD 1.5 and SDXL with text encoders and autoencoder, as in their checkpoints.
    equal(Object.fromEntries(networks), {
      ...{ sd15: '1.07', sdxl: '3.47', 'sd35-medium': '2.47', 'flux-schnell': '11.89', 'z-image': '6.15', 'qwen-image': '20.43' },
    });
    const { t5xxl, clipG } = randomModels['sd35-medium'];
    equal(
      [t5xxl, clipG].map((file) => file && billions([file])),
      ['4.76', '0.69'],
    );
    equal(
      [randomModels['z-image'].llm, randomModels['qwen-image'].llm].map((file) => file && billions([file])),
      ['4.02', '7.07'],
    );
  });

  const language = (width: number, heads: number, keyHeads: number, norms: boolean): RandomFile => ({
    name: 'tiny-llm',
    type: 'Q4_0',
    layout: () => languageModel({ width, layers: 1, inner: 64, heads, keyHeads, norms, vocabulary: 152_064 }),
  });
  const models: [string, RandomModel][] = [
    ['SD 1', tiny('sd1', 'F16')],
    ['SDXL', tiny('sdxl', 'Q8_0')],
    // The engine reads the size of the position table from safetensors alone.
    ['SD 3', { model: { ...sd3, layout: () => ({ ...tinyLayout('sd3'), 'model.diffusion_model.pos_embed': [1, 192 ** 2, 96] }) } }],
    ['Flux', tiny('flux', 'Q4_0')],
    [
      'Z-Image',
      {
        diffusionModel: { name: 'tiny-z', type: 'Q8_0', layout: () => zImage({ width: 384, context: 64, layers: 2, refiners: 1 }) },
        llm: language(64, 32, 8, true),
        vae: { name: 'tiny-vae', type: 'F16', layout: () => autoencoder(16, 32) },
      },
    ],
    [
      'Qwen-Image',
      {
        diffusionModel: { name: 'tiny-qwen', type: 'Q4_0', layout: () => qwenImage(1) },
        llm: language(3584, 28, 4, false),
        vae: { name: 'vae-qwen', type: 'F16', layout: wanAutoencoder },
      },
    ],
  ];
  for (const [name, model] of models)
    test(`the engine loads a ${name} of random weights and paints noise with it`, async () => {
      const levels = await paint(model);
      const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
      const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length;
      // NaN would be painted as one colour.
      ok(variance > 25, `expected a picture, got a variance of ${variance} around ${mean}`);
    });

  test('values have the mean and the deviation that they should have', () => {
    const statistics = (values: readonly number[]): [number, number] => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
    };
    const [half, eight, four] = [tileOf('F16', 0.05, 0), tileOf('Q8_0', 0.05, 0), tileOf('Q4_0', 0.05, 0)].map(({ bytes }) => bytes);
    if (!half || !eight || !four) throw new Error('no tile');
    const blocks = Array.from({ length: 2000 }, (_, block) => block);
    const decoded: number[][] = [
      Array.from({ length: 50_000 }, (_, at) => halfToFloat(half.readUInt16LE(2 * at))),
      blocks.flatMap((block) =>
        Array.from({ length: 32 }, (_, at) => halfToFloat(eight.readUInt16LE(34 * block)) * eight.readInt8(34 * block + 2 + at)),
      ),
      blocks.flatMap((block) =>
        Array.from({ length: 32 }, (_, at) => {
          const byte = four[18 * block + 2 + (at % 16)] ?? 0;
          return halfToFloat(four.readUInt16LE(18 * block)) * ((at < 16 ? byte & 15 : byte >> 4) - 8);
        }),
      ),
    ];
    for (const values of decoded) {
      const [mean, deviation] = statistics(values);
      ok(Math.abs(mean) < 0.001 && Math.abs(deviation - 0.05) < 0.002, `expected 0 and 0.05, got ${mean} and ${deviation}`);
    }
  });

  test('a file says that it is random, and is the same each time', async () => {
    const [one, other] = [path.join(home, 'one.gguf'), path.join(home, 'other.gguf')];
    await writeRandomFile(one, small);
    await writeRandomFile(other, small);
    equal(readFileSync(one), readFileSync(other));
    is(statSync(one).size, randomBytes(small));
    const header = await readModelHeader(one);
    match(JSON.stringify(header.metadata), /random weights of ai-artist bench/);
    equal(
      header.tensors.map(({ dtype }) => dtype),
      ['Q8_0', 'F32', 'F32'],
    );
  });

  test('a disk without room is told before anything is written', async () => {
    const endless: RandomFile = { name: 'endless', type: 'F16', layout: () => ({ 'a.weight': [2 ** 22, 2 ** 22] }) };
    const file = path.join(folder, 'endless.gguf');
    const error = await errorOf(writeRandomFile(file, endless));
    is(codeOf(error), 'ERR_DISK_FULL');
    match(String(error), /expected \d+\.\d GB free for random weights, got \d+\.\d+ GB/);
    equal(
      readdirSync(folder).filter((name) => name.includes('endless')),
      [],
    );
  });

  test('an interruption leaves no file; a cut or foreign one is written anew, a complete one is not', async () => {
    const model: RandomModel = { diffusionModel: small };
    const file = randomPaths(model, home).diffusionModel ?? '';
    const stop = new AbortController();
    const reason = new Error('enough');
    const stopped = await errorOf(writeRandomModel(model, { home, signal: stop.signal, onProgress: () => stop.abort(reason) }));
    is(stopped, reason);
    equal(await listWeights(home), []);
    is(await missingBytes(model, home), randomBytes(small));

    await writeRandomModel(model, { home });
    const whole = readFileSync(file);
    const { mtimeMs } = statSync(file);
    await writeRandomModel(model, { home });
    is(statSync(file).mtimeMs, mtimeMs);
    is(await missingBytes(model, home), 0);

    truncateSync(file, 1000);
    not(await isWritten(file, small));
    await writeRandomModel(model, { home });
    equal(readFileSync(file), whole);
    writeFileSync(file, Buffer.alloc(whole.length));
    not(await isWritten(file, small));
    await writeRandomModel(model, { home });
    equal(readFileSync(file), whole);

    writeFileSync(path.join(folder, 'random-left.gguf.1.part'), 'x');
    const listed = await listWeights(home);
    equal(
      listed.map(({ bytes, models }) => [bytes, models]),
      [
        [1, []],
        [whole.length, []],
      ],
    );
    is((await removeWeights(home)).length, 2);
    not(existsSync(file));
  });
});

suite('bench: operations', (test) => {
  test('products take 2 x size³ operations each, and are counted while they are computed', async () => {
    const before = countedOperations();
    const { operations, seconds, device } = await measureProducts({ type: 'f32', size: 256, seconds: 0 });
    is(operations, 4 * 2 * 256 ** 3);
    // One run that warms up and two.
    is(countedOperations() - before, 3 * operations);
    const teraflops = operations / seconds / 1e12;
    ok(teraflops > 1e-4 && teraflops < 1e4, `${device}: ${teraflops} TFLOP/s`);
  });

  test('each step of a picture takes as many operations as another', async () => {
    const model = await loadModel();
    const of = async (steps: number): Promise<number> => {
      const before = countedOperations();
      await model.generate({ prompt: 'a fox', width: 64, height: 64, steps, cfgScale: 1, seed: 1, sampler: 'euler' });
      return countedOperations() - before;
    };
    await of(1); // encodes the text, which the engine keeps
    const [one, two, three] = [await of(1), await of(2), await of(3)];
    await model.dispose();
    ok(one > 1e8, `${one}`);
    is(three - two, two - one);
  });
});
