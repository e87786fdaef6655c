/**
 * A LoRA has the same effect whatever its tensors are called. For a tiny model of every family, every naming style of docs/lora.md gives
 * the same picture as the changes written out as full differences, and every weight counts as applied.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { loadModel, type Model } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { type TinyFamily, writeTinyModel } from '../train/tiny-models.ts';
import { safetensors } from './support.ts';

/** One linear layer: its names in diffusers' and in the original layout, and its size. `part`: its rows within `original`. */
interface Layer {
  diffusers: string;
  original: string;
  rows: number;
  cols: number;
  part?: { first: number; of: number };
}

type Tensors = Record<string, { shape: number[]; values?: Float32Array }>;

function attention(diffusers: string, original: string, width: number, context: number): Layer[] {
  return ['attn1', 'attn2'].flatMap((attn) =>
    ['to_q', 'to_k', 'to_v', 'to_out.0'].map((projection) => {
      const end = `transformer_blocks.0.${attn}.${projection}`;
      const cols = attn === 'attn2' && /to_[kv]/.test(projection) ? context : width;
      return { diffusers: `${diffusers}.${end}`, original: `${original}.${end}`, rows: width, cols };
    }),
  );
}

const same = (name: string, rows: number, cols: number): Layer => ({ diffusers: name, original: name, rows, cols });

function encoder(width: number, inner: number, layer = 0): Layer[] {
  const block = `text_model.encoder.layers.${layer}`;
  return [
    ...['q', 'k', 'v', 'out'].map((part) => same(`${block}.self_attn.${part}_proj`, width, width)),
    same(`${block}.mlp.fc1`, inner, width),
    same(`${block}.mlp.fc2`, width, inner),
  ];
}

function fluxLayers(width: number): Layer[] {
  const third = (place: number, of: number) => ({ first: place * width, of });
  return [0, 1].flatMap((at) => [
    ...['q', 'k', 'v'].map((part, place) => ({
      diffusers: `transformer_blocks.${at}.attn.to_${part}`,
      original: `double_blocks.${at}.img_attn.qkv`,
      rows: width,
      cols: width,
      part: third(place, 3 * width),
    })),
    { diffusers: `transformer_blocks.${at}.attn.to_out.0`, original: `double_blocks.${at}.img_attn.proj`, rows: width, cols: width },
    { diffusers: `transformer_blocks.${at}.ff.net.0.proj`, original: `double_blocks.${at}.img_mlp.0`, rows: 4 * width, cols: width },
    { diffusers: `transformer_blocks.${at}.ff_context.net.2`, original: `double_blocks.${at}.txt_mlp.2`, rows: width, cols: 4 * width },
    ...['q', 'k', 'v'].map((part, place) => ({
      diffusers: `single_transformer_blocks.${at}.attn.to_${part}`,
      original: `single_blocks.${at}.linear1`,
      rows: width,
      cols: width,
      part: third(place, 7 * width),
    })),
    {
      diffusers: `single_transformer_blocks.${at}.proj_mlp`,
      original: `single_blocks.${at}.linear1`,
      rows: 4 * width,
      cols: width,
      part: third(3, 7 * width),
    },
    { diffusers: `single_transformer_blocks.${at}.proj_out`, original: `single_blocks.${at}.linear2`, rows: width, cols: 5 * width },
  ]);
}

function sd3Layers(width: number): Layer[] {
  return [0, 9].flatMap((at) => [
    ...['q', 'k', 'v'].map((part, place) => ({
      diffusers: `transformer_blocks.${at}.attn.to_${part}`,
      original: `joint_blocks.${at}.x_block.attn.qkv`,
      rows: width,
      cols: width,
      part: { first: place * width, of: 3 * width },
    })),
    {
      diffusers: `transformer_blocks.${at}.attn.to_add_out`,
      original: `joint_blocks.${at}.context_block.attn.proj`,
      rows: width,
      cols: width,
    },
    { diffusers: `transformer_blocks.${at}.ff.net.0.proj`, original: `joint_blocks.${at}.x_block.mlp.fc1`, rows: 4 * width, cols: width },
    { diffusers: `transformer_blocks.${at}.ff.net.2`, original: `joint_blocks.${at}.x_block.mlp.fc2`, rows: width, cols: 4 * width },
  ]);
}

interface Subject {
  network: Layer[];
  /** Layers of each text encoder. */
  encoders: Layer[][];
  /** Scale of the factors, large enough for a visible effect. */
  size: number;
}

const subjects: Record<Exclude<TinyFamily, 'z-image'> | 'bundled', Subject> = {
  bundled: {
    network: [
      ...attention('down_blocks.1.attentions.0', 'input_blocks.4.1', 128, 192),
      ...attention('up_blocks.0.attentions.0', 'output_blocks.0.1', 256, 192),
    ],
    encoders: [encoder(192, 768)],
    size: 0.12,
  },
  sd1: {
    network: [
      ...attention('down_blocks.1.attentions.0', 'input_blocks.4.1', 64, 64),
      ...attention('mid_block.attentions.0', 'middle_block.1', 128, 64),
    ],
    encoders: [encoder(64, 128)],
    size: 0.4,
  },
  sd2: {
    network: attention('down_blocks.1.attentions.0', 'input_blocks.4.1', 128, 1024),
    encoders: [encoder(1024, 256)],
    size: 0.3,
  },
  sdxl: {
    network: [
      ...attention('down_blocks.1.attentions.1', 'input_blocks.5.1', 64, 1344),
      ...attention('up_blocks.0.attentions.0', 'output_blocks.0.1', 128, 1344),
    ],
    encoders: [encoder(64, 128), encoder(1280, 256)],
    size: 0.3,
  },
  sd3: { network: sd3Layers(96), encoders: [], size: 0.4 },
  flux: { network: fluxLayers(256), encoders: [encoder(768, 256)], size: 0.3 },
};

const rank = 4;
const factorsOf = (layer: Layer, where: string, size: number): { down: Float32Array; up: Float32Array } => {
  const next = random([...`${where}${layer.diffusers}`].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7));
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => (next() - 0.5) * 3.4 * size);
  return { down: values(rank * layer.cols), up: values(layer.rows * rank) };
};

const kohya = ['.lora_down.weight', '.lora_up.weight'] as const;
const peft = ['.lora_A.weight', '.lora_B.weight'] as const;
const older = ['.lora.down.weight', '.lora.up.weight'] as const;
const flat = (name: string): string => name.replaceAll('.', '_');

interface Style {
  what: string;
  network: (name: string) => string;
  /** `at`: index of the text encoder, `count`: their number. Absent: the style has no names for text encoders. */
  encoder?: (name: string, at: number, count: number) => string;
  ends: readonly [down: string, up: string];
  /** Uses the original layer names, which cannot name parts of a fused matrix. */
  original?: boolean;
}

const numbered = (at: number): string => (at === 0 ? 'text_encoder' : `text_encoder_${at + 1}`);
const kohyaEncoder = (name: string, at: number, count: number): string => `lora_te${count > 1 ? at + 1 : ''}_${flat(name)}`;

const styles = (dit: boolean): Style[] => {
  const network = dit ? 'transformer' : 'unet';
  return [
    { what: "kohya's, original names", network: (n) => `lora_unet_${flat(n)}`, encoder: kohyaEncoder, ends: kohya, original: true },
    { what: "kohya's, diffusers names", network: (n) => `lora_unet_${flat(n)}`, encoder: kohyaEncoder, ends: kohya },
    { what: 'te1 and te2', network: (n) => `lora_unet_${flat(n)}`, encoder: (n, at) => `lora_te${at + 1}_${flat(n)}`, ends: kohya },
    { what: 'PEFT through diffusers', network: (n) => `${network}.${n}`, encoder: (n, at) => `${numbered(at)}.${n}`, ends: peft },
    { what: 'diffusers 0.1x', network: (n) => `${network}.${n}`, encoder: (n, at) => `${numbered(at)}.${n}`, ends: older },
    {
      what: 'PEFT with an adapter name',
      network: (n) => `base_model.model.${network}.${n}`,
      encoder: (n, at) => `base_model.model.${numbered(at)}.${n}`,
      ends: ['.lora_A.default.weight', '.lora_B.default.weight'],
    },
    { what: 'PEFT save_pretrained', network: (n) => `base_model.model.${n}`, ends: peft },
    { what: 'no prefix', network: (n) => n, ends: peft },
    { what: 'no prefix, original names', network: (n) => n, ends: peft, original: true },
    { what: 'ComfyUI and ai-toolkit', network: (n) => `diffusion_model.${n}`, ends: peft, original: true },
    { what: 'ComfyUI, saved whole', network: (n) => `model.diffusion_model.${n}`, ends: kohya, original: true },
    {
      what: 'OneTrainer',
      network: (n) => `lora_${network}_${flat(n)}`,
      encoder: (n, at, count) => (dit ? `lora_te${at + 1}_${flat(n)}` : kohyaEncoder(n, at, count)),
      ends: kohya,
    },
    { what: 'LyCORIS', network: (n) => `lycoris_${flat(n)}`, ends: kohya },
    { what: 'LyCORIS with the network', network: (n) => `lycoris_${network}_${flat(n)}`, ends: kohya },
  ];
};

/** Makes a file of the style. Returns the layers it contains; those that the style cannot name are left out. */
function styled(subject: Subject, style: Style): { tensors: Tensors; layers: [Layer, string][] } {
  const tensors: Tensors = {};
  const layers: [Layer, string][] = [];
  const add = (layer: Layer, where: string, name: string): void => {
    const { down, up } = factorsOf(layer, where, subject.size);
    tensors[name + style.ends[0]] = { shape: [rank, layer.cols], values: down };
    tensors[name + style.ends[1]] = { shape: [layer.rows, rank], values: up };
    layers.push([layer, where]);
  };
  for (const layer of subject.network)
    if (!(style.original && layer.part)) add(layer, 'unet', style.network(style.original ? layer.original : layer.diffusers));
  for (const [at, encoderLayers] of subject.encoders.entries())
    for (const layer of encoderLayers)
      if (style.encoder) add(layer, `te${at + 1}`, style.encoder(layer.diffusers, at, subject.encoders.length));
  return { tensors, layers };
}

/** The same changes written out as full differences of whole matrices. */
function differences(layers: readonly [Layer, string][], size: number): Tensors {
  const tensors: Tensors = {};
  for (const [layer, where] of layers) {
    const { down, up } = factorsOf(layer, where, size);
    const name = `lora_${where}_${flat(layer.original)}.diff`;
    const rows = layer.part?.of ?? layer.rows;
    const values = tensors[name]?.values ?? new Float32Array(rows * layer.cols);
    const first = layer.part?.first ?? 0;
    for (let row = 0; row < layer.rows; row++)
      for (let k = 0; k < rank; k++) {
        const factor = up[row * rank + k] as number;
        for (let col = 0; col < layer.cols; col++)
          values[(first + row) * layer.cols + col] =
            (values[(first + row) * layer.cols + col] as number) + factor * (down[k * layer.cols + col] as number);
      }
    tensors[name] = { shape: [rows, layer.cols], values };
  }
  return tensors;
}

const rms = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0) / a.length);

suite('LoRA names', { timeoutMs: 600_000 }, (test) => {
  let folder: string;
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-test-'));
  });
  test.after(() => rm(folder, { recursive: true, force: true }));

  const load = async (family: keyof typeof subjects, options: { loraApplyMode?: 'at_runtime' } = {}): Promise<Model> => {
    if (family === 'bundled') return loadModel({ threads: 1, ...options });
    const model = join(folder, `${family}.safetensors`);
    await writeTinyModel(model, family);
    return loadModel({ model, threads: 1, ...options });
  };
  const paint = async (model: Model, path?: string) => {
    const { images, warnings, loras, recipe } = await model.generate({
      prompt: 'a fox',
      width: 64,
      height: 64,
      steps: 1,
      cfgScale: 1,
      seed: 7,
      loras: path === undefined ? [] : [path],
    });
    // The pictures are small on purpose, which causes this warning.
    return { pixels: images[0]?.data as Uint8Array, warnings: warnings.filter((text) => !text.includes('was trained at')), loras, recipe };
  };
  const write = async (name: string, tensors: Tensors): Promise<string> => {
    const path = join(folder, `${name.replace(/\W+/g, '-')}.safetensors`);
    await writeFile(path, safetensors(tensors));
    return path;
  };

  for (const [family, subject] of Object.entries(subjects) as [keyof typeof subjects, Subject][])
    for (const how of family === 'bundled' || family === 'flux' ? (['merged', 'at run time'] as const) : (['merged'] as const))
      test(`${family}, ${how}: all styles paint the same picture`, async () => {
        const model = await load(family, how === 'merged' ? {} : { loraApplyMode: 'at_runtime' });
        try {
          const bare = (await paint(model)).pixels;
          const references = new Map<string, Uint8Array>();
          const all = styles(family === 'flux' || family === 'sd3');
          // Names are resolved before the two modes differ, so the second mode needs only a few.
          for (const style of how === 'merged' ? all : all.filter((_, at) => at % 4 === 0)) {
            const { tensors, layers } = styled(subject, style);
            if (layers.length === 0) continue;
            const key = layers.map(([layer, where]) => where + layer.diffusers).join();
            const known =
              references.get(key) ??
              (await paint(model, await write(`${family} reference ${references.size}`, differences(layers, subject.size)))).pixels;
            references.set(key, known);
            const { pixels, warnings, loras, recipe } = await paint(model, await write(`${family} ${style.what}`, tensors));
            const effect = rms(known, bare);
            assert.equal(warnings, [], style.what);
            assert.ok(effect > 2, `${style.what}: the reference changes the picture by ${effect}`);
            assert.ok(rms(pixels, known) < Math.max(0.5, effect / 40), `${style.what}: ${rms(pixels, known)} of an effect of ${effect}`);
            assert.equal(
              loras.map(({ applied, total, tensors: counted }) => [applied, total, counted]),
              [[layers.length, layers.length, { applied: 2 * layers.length, total: 2 * layers.length }]],
              style.what,
            );
            assert.equal(
              recipe.loras?.map(({ weight, applied }) => [weight, applied]),
              [[1, undefined]],
              style.what,
            );
          }
        } finally {
          await model.dispose();
        }
      });
});
