/**
 * Can other programs read our LoRA files? For each family: a tiny random checkpoint, a LoRA trained on it for a few steps, and its file
 * loaded by diffusers with PEFT and, given a checkout, by kohya's sd-scripts. It checks the keys, the size of the whole change, and that
 * diffusers' network computes the same with the file as ours. Text encoders are trained if the family supports it.
 *
 *     npx tsx bench/train/loads.ts [--python python3] [--kohya FOLDER] [--families sd1,sd2,sdxl,sd3,flux,z-image]
 *         [--targets default|attention|full] [--keep FOLDER]
 *
 * Python needs torch, diffusers, transformers, peft and safetensors, and einops for sd-scripts. Exit status 1 if a key is left over or
 * missing, or if a change differs from the file's.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeTextCondition, NativeTrainer } from '../../lib/engine/addon/trainer-types.ts';
import { convertLora, writeLora } from '../../lib/lora/index.ts';
import { safetensors } from '../../test/engine/support.ts';
import { type TinyFamily, tinyFamilies, writeTinyModel } from '../../test/train/tiny-models.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    kohya: { type: 'string' },
    families: { type: 'string', default: tinyFamilies.join(',') },
    targets: { type: 'string', default: 'default' },
    keep: { type: 'string' },
  },
});
const [edge, tokens, rank, alpha, steps] = [16, 32, 4, 3, 3];
const targets = values.targets as 'default' | 'attention' | 'full';
// Large enough to stand out from the rounding of a deep network, small enough not to be amplified by it.
const learningRates: Partial<Record<TinyFamily, number>> = { sdxl: 0.05, sd3: 0.002 };
const ignore = (): void => undefined;
const wave = (count: number, phase: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(1.3 * at * at + phase));

function network(trainer: NativeTrainer, textEncoder: boolean, given: { name: string; data: Float32Array }[] = []): Promise<unknown> {
  const request = { kind: 'lora', rank, alpha, targets, seed: 1, textEncoder, values: given } as const;
  return trainer.createNetwork(request, ignore).promise;
}

async function makeFiles(folder: string, family: TinyFamily): Promise<void> {
  const model = join(folder, `${family}.safetensors`);
  await writeTinyModel(model, family);
  const trainer = await localEngine().loadTrainer({ model, threads: 1 }, ignore).promise;
  const { latentChannels, contextWidth, vectorWidth, textEncoderLora, objective } = trainer.info();
  const begin = { optimizer: { kind: 'adamw' }, objective: { minSnr: 0 }, clipNorm: 1 } as const;
  const latent = { width: edge, height: edge, channels: latentChannels, mean: wave(latentChannels * edge * edge, 1) };
  const text: NativeTextCondition = {
    context: wave(contextWidth * tokens, 2),
    width: contextWidth,
    tokens,
    text: 'a fox',
    ...(vectorWidth > 0 && { vector: wave(vectorWidth, 3) }),
  };
  await network(trainer, textEncoderLora);
  await trainer.begin(begin).promise;
  const [words] = textEncoderLora ? await trainer.encodeTexts({ texts: ['a fox'], width: 128, height: 128 }, ignore).promise : [];
  for (let step = 1; step <= steps; step++)
    await trainer.step(
      { batches: [{ items: [{ id: 0, latent, text: words ?? text }] }], learningRate: learningRates[family] ?? 0.02, seed: 1, step },
      ignore,
    ).promise;
  const tensors = await trainer.exportNetwork({}).promise;
  const lora = join(folder, `${family}.lora.safetensors`);
  await writeLora(lora, tensors, { name: family, family, rank, alpha }, {}, { type: 'F32', overwrite: true });
  if (family === 'sd3')
    await convertLora(lora, { to: 'sd-scripts', out: join(folder, `${family}.lora-sd-scripts.safetensors`), overwrite: true });

  // First the image network's output for a given context; then, with trained text encoders that read the caption, their effect alone.
  const timestep = objective === 'flow' ? 0.5 : 500;
  const x = wave(latentChannels * edge * edge, 4);
  const predict = async (caption: NativeTextCondition, textEncoder: boolean, given: typeof tensors = []): Promise<Float32Array> => {
    await network(trainer, textEncoder, given);
    await trainer.begin(begin).promise;
    return trainer.predict({ x, width: edge, height: edge, timesteps: [timestep], text: [caption] }, ignore).promise;
  };
  const factors = (texts: boolean): typeof tensors =>
    tensors.filter(({ name }) => name.startsWith('lora_te') === texts && !name.endsWith('.alpha'));
  const before = await predict(text, false);
  const after = await predict(text, false, factors(false));
  const shape = [1, latentChannels, edge, edge];
  const check = {
    x: { shape, values: x },
    context: { shape: [1, tokens, contextWidth], values: text.context },
    ...(text.vector && { vector: { shape: [1, vectorWidth], values: text.vector } }),
    timestep: { shape: [1], values: Float32Array.of(timestep) },
    before: { shape, values: before },
    after: { shape, values: after },
    ...(words && {
      textBefore: { shape, values: await predict(words, true) },
      textAfter: { shape, values: await predict(words, true, factors(true)) },
      ...(words.vector && { textVector: { shape: [1, words.vector.length], values: words.vector } }),
    }),
  };
  await writeFile(join(folder, `${family}.check.safetensors`), safetensors(check));
  await trainer.dispose().promise;
}

console.log(hardwareLine(await hardware()));
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'ai-artist-loads-')));
await mkdir(folder, { recursive: true });
const families = values.families.split(',') as TinyFamily[];
for (const family of families) await makeFiles(folder, family);
const script = fileURLToPath(new URL('loads.py', import.meta.url));
const { status } = spawnSync(values.python, ['-W', 'ignore', script, folder, values.kohya ?? '', ...families], { stdio: 'inherit' });
if (values.keep === undefined) await rm(folder, { recursive: true });
process.exitCode = status ?? 1;
