/**
 * The same LoRA trained here and by diffusers and PEFT (test/fixtures/train/make_golden_train.py): a UNet of the SD 1 layout, 20 AdamW
 * steps of batch 2 on the same latents, noise, time steps and contexts. PyTorch computes in float32; the engine keeps convolution kernels
 * in half precision, rounds their inputs to it, and looks up GELU in a half-precision table. The kernels here are exact in half precision.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeTensor, NativeTrainer, NativeTrainItem } from '../../lib/engine/addon/trainer-types.ts';
import { safetensors } from '../engine/support.ts';
import { suite } from '../harness.ts';

interface Golden {
  sizes: { channels: number; context: number; tokens: number; latent: number; items: number; batch: number; steps: number };
  settings: { rank: number; alpha: number; learningRate: number; weightDecay: number };
  weights: [name: string, shape: number[]][];
  modules: string[];
  losses: number[];
  lora: [name: string, shape: number[], halves: string][];
}

/** The same as hashed() in make_golden_train.py. */
function hashed(stream: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => {
    let x = (index + Number(BigInt.asUintN(32, BigInt(stream) * 0x9e3779b1n))) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
    x = (x ^ (x >>> 16)) >>> 0;
    return ((x >>> 22) * 2 - 1023) / 1024;
  });
}

const product = (shape: readonly number[]): number => shape.reduce((size, edge) => size * edge, 1);
const unit = Math.sqrt(3);

function weights(name: string, stream: number, shape: number[]): Float32Array {
  const values = hashed(stream, product(shape));
  if (shape.length === 1) return values.map((value) => value / 16 + (name.endsWith('weight') ? 1 : 0));
  const scale = 2 ** Math.round(Math.log2(Math.sqrt(3 / product(shape.slice(1)))));
  return values.map((value) => value * scale);
}

function halfToFloat(half: number): number {
  const [sign, exponent, mantissa] = [half & 0x8000 ? -1 : 1, (half >> 10) & 0x1f, half & 0x3ff];
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

/** A checkpoint that the engine recognises as SD 1: the UNet, and the text encoder tensors that identify the family. */
function checkpoint({ weights: list, sizes }: Golden): Buffer {
  const tensors: Record<string, { shape: number[]; values?: Float32Array }> = {};
  for (const [stream, [name, shape]] of list.entries())
    tensors[`model.diffusion_model.${name}`] = { shape, values: weights(name, stream, shape) };
  tensors['cond_stage_model.transformer.text_model.embeddings.token_embedding.weight'] = { shape: [16, sizes.context] };
  return safetensors(tensors);
}

const cosine = (a: readonly Float32Array[], b: readonly Float32Array[]): number => {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [at, left] of a.entries())
    for (const [index, value] of left.entries()) {
      const other = b[at]?.[index] ?? Number.NaN;
      dot += value * other;
      aa += value * value;
      bb += other * other;
    }
  return dot / Math.sqrt(aa * bb);
};

const ignore = (): void => undefined;

suite('training: parity with diffusers and PEFT', (test) => {
  let golden: Golden;
  let folder: string;
  let trainer: NativeTrainer;

  test.before(async () => {
    golden = JSON.parse(gunzipSync(await readFile(new URL('../fixtures/train/parity.json.gz', import.meta.url))).toString()) as Golden;
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-parity-'));
    const model = join(folder, 'model.safetensors');
    await writeFile(model, checkpoint(golden));
    trainer = await localEngine().loadTrainer({ model, threads: 1 }, () => undefined).promise;
  });
  test.after(async () => {
    await trainer?.dispose().promise;
    await rm(folder, { recursive: true, force: true });
  });

  test('losses within 1 %, weights with a cosine of at least 0.999', async () => {
    const { sizes, settings, modules, losses: expected, lora } = golden;
    const { rank, alpha, learningRate, weightDecay } = settings;
    // Initial values: the down matrices as in PyTorch, the up matrices zero.
    const fileName = (module: string): string => `lora_unet_${module.replaceAll('.', '_')}`;
    const values = modules.flatMap((module, index) => {
      const shape = lora.find(([name]) => name === `${module}.lora_A`)?.[1] ?? [];
      const start = hashed(2000 + index, product(shape)).map((value) => value / Math.sqrt(product(shape.slice(1))));
      return [{ name: `${fileName(module)}.lora_down.weight`, data: start }];
    });
    const network = await trainer.createNetwork({ kind: 'lora', rank, alpha, targets: 'default', seed: 1, values }, ignore).promise;
    assert.equal(network.modules.map(({ name }) => name).sort(), modules.map(fileName).sort());
    await trainer.begin({
      optimizer: { kind: 'adamw', weightDecay },
      objective: { minSnr: 0, noiseOffset: 0 },
      clipNorm: 0,
    }).promise;

    const { latent: edge, tokens, context: width } = sizes;
    const count = 4 * edge * edge;
    const scaled = (stream: number, length: number): Float32Array => hashed(stream, length).map((value) => value * unit);
    const latents = Array.from({ length: sizes.items }, (_, item) => scaled(3000 + item, count));
    const contexts = Array.from({ length: sizes.items }, (_, item) => scaled(4000 + item, tokens * width));
    const losses: number[] = [];
    for (let step = 0; step < sizes.steps; step++) {
      const items = Array.from({ length: sizes.batch }, (_, place): NativeTrainItem => {
        const item = (step * sizes.batch + place) % sizes.items;
        const number = step * sizes.batch + place;
        return {
          id: place,
          latent: { width: edge, height: edge, channels: 4, mean: latents[item] ?? new Float32Array() },
          text: { context: contexts[item] ?? new Float32Array(), width, tokens, text: '' },
          noise: scaled(5000 + number, count),
          timestep: Math.trunc(((hashed(6000 + number, 1)[0] ?? 0) + 1) * 499.5),
        };
      });
      losses.push((await trainer.step({ batches: [{ items }], learningRate, seed: 1, step: step + 1 }, ignore).promise).loss);
    }
    const errors = losses.map((loss, step) => Math.abs(loss / (expected[step] ?? Number.NaN) - 1));
    const trained = new Map((await trainer.exportNetwork({}).promise).map((tensor: NativeTensor) => [tensor.name, tensor]));
    const [ours, theirs, start] = [[], [], []] as [Float32Array[], Float32Array[], Float32Array[]];
    const parts = { A: 'lora_down', B: 'lora_up' } as const;
    for (const [name, shape, text] of lora) {
      const [module = '', part] = name.split('.lora_') as [string, 'A' | 'B'];
      const tensor = trained.get(`${fileName(module)}.${parts[part]}.weight`);
      const halves = Buffer.from(text, 'base64');
      assert.equal(tensor?.shape, shape, name);
      ours.push(tensor?.data ?? new Float32Array());
      theirs.push(Float32Array.from({ length: product(shape) }, (_, at) => halfToFloat(halves.readUInt16LE(2 * at))));
      start.push(
        values.find((value) => part === 'A' && value.name.startsWith(`${fileName(module)}.`))?.data ?? new Float32Array(product(shape)),
      );
    }
    const change = (list: readonly Float32Array[]): Float32Array[] =>
      list.map((tensor, at) => tensor.map((value, index) => value - (start[at]?.[index] ?? 0)));
    const only = (list: readonly Float32Array[], part: 'A' | 'B'): Float32Array[] => list.filter((_, at) => lora[at]?.[0].endsWith(part));
    const worst = Math.max(...errors);
    assert.ok(worst < 0.001, `losses differ by up to ${(100 * worst).toFixed(3)} %`);
    // Compares only the change: the initial values are equal and would hide a difference.
    const likeness = cosine(change(ours), change(theirs));
    assert.ok(likeness >= 0.999, `the trained change has a cosine of ${likeness}`);
    const ups = cosine(only(ours, 'B'), only(theirs, 'B'));
    assert.ok(ups >= 0.999, `the ups have a cosine of ${ups}`);
  });
});
