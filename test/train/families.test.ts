/**
 * Trains text encoders and autoencoders of Stable Diffusion 2 and SDXL, on tiny checkpoints of random weights. Covers OpenCLIP's fused
 * matrix of query, key and value, both encoders of SDXL, and that the engine uses the weights in the file.
 */
import { readFile, writeFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { localEngine } from '../../lib/engine/addon/engine.ts';
import type { NativeTensor, NativeTrainer } from '../../lib/engine/addon/trainer-types.ts';
import { loadModel } from '../../lib/index.ts';
import { writeLora } from '../../lib/lora/index.ts';
import { suite } from '../harness.ts';
import { picture } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';
import { writeTinyModel } from './tiny-models.ts';

const ignore = (): void => undefined;
const size = { width: 64, height: 64 };
const parts = ['self_attn_q_proj', 'self_attn_k_proj', 'self_attn_v_proj', 'self_attn_out_proj', 'mlp_fc1', 'mlp_fc2'];
const layerOf = (encoder: string, layer: number): string[] => parts.map((part) => `${encoder}_text_model_encoder_layers_${layer}_${part}`);

// The context skips the last of the two layers; the pooled vector of SDXL's second encoder uses both.
const families = [
  ['sd2', layerOf('lora_te', 0)],
  ['sdxl', [...layerOf('lora_te1', 0), ...layerOf('lora_te2', 0), ...layerOf('lora_te2', 1)]],
] as const;

/** The same checkpoint with SDXL's projection in the format of transformers: the weight of a linear layer. */
async function withLinearProjection(from: string, to: string): Promise<void> {
  const bytes = await readFile(from);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  const { 'conditioner.embedders.1.model.text_projection': projection, ...rest } = header;
  if (!projection) throw new Error('no projection');
  const [edge = 0] = projection.shape;
  const [first, end] = projection.data_offsets;
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start + first, bytes.byteOffset + start + end));
  const transposed = Float32Array.from(values, (_, at) => values[(at % edge) * edge + Math.floor(at / edge)] ?? 0);
  bytes.set(new Uint8Array(transposed.buffer), start + first);
  const json = Buffer.from(JSON.stringify({ ...rest, 'conditioner.embedders.1.transformer.text_projection.weight': projection }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(to, Buffer.concat([length, json, bytes.subarray(start)]));
}

async function pooled(model: string): Promise<Float32Array | undefined> {
  const trainer = await localEngine().loadTrainer({ model, threads: 1 }, ignore).promise;
  const [text] = await trainer.encodeTexts({ texts: ['a fox'], ...size }, ignore).promise;
  await trainer.dispose().promise;
  return text?.vector;
}

async function train(trainer: NativeTrainer): Promise<{ losses: number[]; tensors: NativeTensor[]; modules: string[] }> {
  const { modules } = await trainer.createNetwork({ kind: 'lora', rank: 2, alpha: 2, unet: false, textEncoder: true, seed: 1 }, ignore)
    .promise;
  await trainer.begin({ optimizer: { kind: 'adamw', weightDecay: 0 }, objective: { minSnr: 0 } }).promise;
  const encode = (seed: number) => {
    const { data } = picture(size.width, size.height, 3, seed);
    return trainer.encodeImage({ ...size, channels: 3, data }, ignore).promise;
  };
  const [latent, other] = [await encode(1), await encode(2)];
  assert.equal([latent.width, latent.height, latent.channels, latent.mean.length, latent.deviation?.length], [8, 8, 4, 256, 256]);
  assert.ok([...latent.mean, ...(latent.deviation ?? [])].every(Number.isFinite) && latent.deviation?.every((value) => value > 0));
  assert.not.equal(latent.mean, other.mean);
  const [text] = await trainer.encodeTexts({ texts: ['a fox'], ...size }, ignore).promise;
  if (!text) throw new Error('no text');
  const noise = latent.mean.map((_, at) => Math.sin(7 * at * at));
  const losses: number[] = [];
  for (let step = 1; step <= 6; step++) {
    const items = [{ id: 0, latent: { ...latent, deviation: latent.mean.map(() => 0) }, text, noise, timestep: 400 }];
    losses.push((await trainer.step({ batches: [{ items }], learningRate: 0.01, seed: 1, step }, ignore).promise).loss);
  }
  return { losses, tensors: await trainer.exportNetwork({}).promise, modules: modules.map(({ name }) => name) };
}

suite('train: text encoders and autoencoders of SD2 and SDXL', (test) => {
  let folder: PictureFolder;
  test.before(async () => {
    folder = await PictureFolder.make();
  });
  test.after(() => folder.remove());

  for (const [family, names] of families)
    test(`${family}: every part of its text encoders learns, and the engine paints with the whole file`, async () => {
      const model = folder.at(`${family}.safetensors`);
      await writeTinyModel(model, family);
      const trainer = await localEngine().loadTrainer({ model, threads: 1 }, ignore).promise;
      const { losses, tensors, modules } = await train(trainer);
      await trainer.dispose().promise;
      assert.equal([...modules].sort(), [...names].sort());
      assert.ok((losses.at(-1) ?? 9) < (losses[0] ?? 0), `losses ${losses.join(', ')}`);
      const still = tensors.filter(({ name, data }) => name.endsWith('lora_up.weight') && data.every((value) => value === 0));
      assert.equal(
        still.map(({ name }) => name),
        [],
      );
      const lora = await writeLora(
        folder.at(`${family}.lora.safetensors`),
        tensors,
        { name: family, family, rank: 2, alpha: 2 },
        {},
        { type: 'F32' },
      );
      const painter = await loadModel({ model, threads: 1 });
      const paint = async (loras: { path: string }[]): Promise<Uint8Array | undefined> => {
        const { images, warnings } = await painter.generate({ prompt: 'a fox', ...size, steps: 2, seed: 7, loras });
        assert.equal(warnings, []);
        return images[0]?.data;
      };
      assert.not.equal(await paint([{ path: lora.path }]), await paint([]));
      await painter.dispose();
    });

  test('sdxl: both formats of the projection give the same pooled text', async () => {
    const model = folder.at('sdxl.safetensors');
    await withLinearProjection(model, folder.at('linear.safetensors'));
    const vector = await pooled(model);
    assert.is(vector?.length, 2816);
    assert.equal(await pooled(folder.at('linear.safetensors')), vector);
  });
});
