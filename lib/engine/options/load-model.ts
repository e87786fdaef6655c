/** Options of loadModel(): which files, how the weights are kept, on what they run. Defaults are the engine's own unless one is named. */
import * as z from 'zod';
import type { LoadEvent } from '../jobs/events.ts';
import { loraApplyModes, predictions, rngs, vaeFormats, weightTypes } from './enums.ts';
import { cpuPrecision, cpuPrecisionHelp, isolate, isolateHelp, listener, path, recordOf, signal, threads } from './fields.ts';
import { rows, shapeOf } from './row.ts';

const tuning = 'Memory and device';

/** Recipes record the files of a model separately, with their hashes. */
const file = { schema: path.optional(), group: 'Model', recipe: false } as const;

/** Files that make up a model. Either `model` (one file with everything) or `diffusionModel` with the encoders and autoencoder it needs. */
export const modelFileRows = rows({
  /** Alias ("sd15"), or path of a checkpoint with everything in it (.safetensors, .gguf, .ckpt), or a Diffusers folder. Default: the bundled model. */
  model: { ...file, help: 'Alias (see: ai-artist models list) or path of a model', default: 'the bundled one' },
  /** Path of the diffusion network alone (UNet or DiT), for models that come in parts (Flux, SD3.5, Qwen-Image, Z-Image). */
  diffusionModel: { ...file, help: 'Diffusion network of a model that comes in parts' },
  /** Path of the unconditional network, for families that have one. */
  uncondDiffusionModel: { ...file, help: 'Unconditional network, for families that have one' },
  /** Path of the CLIP-L text encoder (SD1, SDXL, SD3, Flux). */
  clipL: { ...file, help: 'CLIP-L text encoder' },
  /** Path of the CLIP-G text encoder (SDXL, SD3). */
  clipG: { ...file, help: 'CLIP-G text encoder' },
  /** Path of the CLIP vision tower. */
  clipVision: { ...file, help: 'CLIP vision tower' },
  /** Path of the T5-XXL text encoder (SD3, Flux, Chroma). Large: q8_0 halves its memory at no visible cost. */
  t5xxl: { ...file, help: 'T5-XXL text encoder' },
  /** Path of the language model that reads the prompt (Qwen-Image, Z-Image, Flux.2). */
  llm: { ...file, help: 'Language model that reads the prompt (Qwen-Image, Z-Image, Flux.2)' },
  /** Path of the vision part of that language model, for editing with reference pictures. */
  llmVision: { ...file, help: 'Vision part of that language model' },
  /** Path of an autoencoder that replaces the built-in one. */
  vae: { ...file, help: 'Autoencoder that replaces the built-in one' },
  /** Path of a tiny autoencoder (TAESD): decodes in a tenth of the time and memory with slightly softer detail; also for `preview: 'tae'`. */
  tae: { ...file, help: 'Tiny autoencoder: faster, slightly softer' },
  /** Path of a ControlNet of the same family. */
  controlNet: { ...file, help: 'ControlNet of the same family' },
  /** Path of PhotoMaker weights (SDXL). */
  photoMaker: { ...file, help: 'PhotoMaker weights (SDXL)' },
  /** Textual inversions: word in the prompt to path of its file. */
  embeddings: {
    schema: recordOf('a word of 1 to 100 characters', /^\S{1,100}$/, path).optional(),
    help: 'WORD=PATH of a textual inversion; may be given several times',
    group: file.group,
    flag: 'embedding',
    recipe: false,
    native: false,
  },
});

/** Regular expression over tensor names to weight type: the row that loadModel() and convertModel() share. */
export const typeRules = recordOf('a pattern without "," and "="', /^[^,=]+$/, z.enum(weightTypes));

/** Options for memory, speed and number types. `recipe: false`: it changes no pixel. */
export const modelTuningRows = rows({
  /** CPU threads, 1..512. Default: physical cores minus one, at least 1. More than the machine has are reduced to that number, with a warning: they would wait for each other. */
  threads: { schema: threads.optional(), help: 'CPU threads', default: 'physical cores minus one', group: tuning, recipe: false },
  /** Store all weights as this type. Default: as in the file, of the bundled model `f16`. Quantizing costs seconds at load and some quality, and saves memory. */
  weightType: { schema: z.enum(weightTypes).optional(), help: 'Type to store all weights as', default: 'as in the file', group: tuning },
  /** Regular expression over tensor names to weight type (JavaScript syntax without lookahead and backreferences; matched in time proportional to the name); the first match wins over `weightType`. Patterns without `,` and `=`. */
  tensorTypeRules: {
    schema: typeRules.optional(),
    help: 'PATTERN=TYPE: weight type of tensors with a matching name; may be given several times',
    group: tuning,
    flag: 'tensor-type-rule',
    aliases: ['rules'],
  },
  /** Noise source. Default `cuda`: on every machine the noise that PyTorch draws on a GPU. */
  rng: { schema: z.enum(rngs).optional(), help: 'Noise source', default: 'cuda', group: tuning, recipe: true },
  /** Noise source of ancestral samplers. Default: same as `rng`. */
  samplerRng: { schema: z.enum(rngs).optional(), help: 'Noise source of ancestral samplers', default: 'same as --rng', group: tuning },
  /** What the network predicts. Default: detected; set it for v-prediction checkpoints that do not say so. */
  prediction: {
    schema: z.enum(predictions).optional(),
    help: 'What the network predicts, if the file does not say so',
    group: tuning,
  },
  /** `immediately` merges LoRAs into the weights (no cost per step), `at_runtime` adds them each step (quantized weights). Default `auto`: by weight type. */
  loraApplyMode: {
    schema: z.enum(loraApplyModes).optional(),
    help: 'How LoRAs are applied',
    default: 'auto',
    group: tuning,
    aliases: ['lora-mode'],
  },
  /** Map files instead of reading them: faster start, memory shared between processes; a LoRA merge then costs a copy. Default false. */
  mmap: { schema: z.boolean().optional(), help: 'Map the file instead of reading it', group: tuning, recipe: false },
  /** Flash attention everywhere it is supported: less memory, speed depends on the device. Default false. */
  flashAttention: { schema: z.boolean().optional(), help: 'Flash attention everywhere', group: tuning },
  /** Flash attention in the diffusion network only. Default false. */
  diffusionFlashAttention: { schema: z.boolean().optional(), help: 'Flash attention in the diffusion network only', group: tuning },
  /** Use `tae` for previews only and `vae` for the picture. Default false. */
  taePreviewOnly: {
    schema: z.boolean().optional(),
    help: 'Use --tae for previews and --vae for the picture',
    group: tuning,
    recipe: false,
  },
  /** Direct convolution in the UNet and ControlNet. Default: on CPUs with AVX2, where it is faster and more exact. On GPUs it needs less memory, on older CPUs it is slower. Pictures with and without it differ a little: recipes record it. With false, matrix products on a CPU are those of versions before it, too. */
  diffusionConvDirect: {
    schema: z.boolean().optional(),
    help: 'Direct convolution in the UNet and ControlNet',
    default: 'on CPUs with AVX2',
    group: tuning,
    unrecorded: false,
  },
  /** Direct convolution in the autoencoder on a GPU: much less memory at large sizes. CPUs with AVX2 always do. Default false. */
  vaeConvDirect: { schema: z.boolean().optional(), help: 'Direct convolution in the autoencoder on a GPU: less memory', group: tuning },
  /** Numbers that convolutions and matrix products on a CPU multiply: `f32`, or `bf16` on CPUs with AMX: faster, pictures differ a little. Sums are F32 in both; without AMX `bf16` changes nothing. Default `f32`. */
  cpuPrecision: {
    schema: cpuPrecision.optional(),
    help: cpuPrecisionHelp,
    default: 'f32',
    group: tuning,
    create: 'flag',
    setting: true,
    unrecorded: 'f32',
  },
  /** Pictures that tile without a seam: both axes, or one of them. Default false. */
  seamless: {
    schema: z.union([z.boolean(), z.enum(['x', 'y'])], { error: 'true, false, x or y' }).optional(),
    help: 'Pictures that tile without a seam along these axes',
    group: tuning,
    native: false,
  },
  /** Scales the convolutions of the SDXL VAE against overflow in f16. Default: as the weights need. */
  forceSdxlVaeConvScale: {
    schema: z.boolean().optional(),
    help: 'Scale the convolutions of the SDXL autoencoder against overflow',
    group: tuning,
  },
  /** Chroma: mask padding tokens in the network. Default true. */
  chromaUseDitMask: { schema: z.boolean().optional(), help: 'Chroma: mask padding in the network', default: 'yes', group: tuning },
  /** Chroma: mask padding tokens in T5. Default false. */
  chromaUseT5Mask: { schema: z.boolean().optional(), help: 'Chroma: mask padding in T5', group: tuning },
  /** Chroma: padding tokens left visible, 0..512. Default 1. */
  chromaT5MaskPad: { schema: z.int().min(0).max(512).optional(), help: 'Chroma: padding tokens left visible', default: '1', group: tuning },
  /** Qwen-Image-Edit 2511: reference pictures get time step zero. Default false. */
  qwenImageZeroCondT: {
    schema: z.boolean().optional(),
    help: 'Qwen-Image-Edit 2511: time step zero for reference pictures',
    group: tuning,
  },
  /** Latent layout of a VAE that cannot be detected. Default `auto`. */
  vaeFormat: {
    schema: z.enum(vaeFormats).optional(),
    help: 'Latent layout of an autoencoder that cannot be detected',
    default: 'auto',
    group: tuning,
  },
  /** GPU memory budget in GiB, -1..4096: weights above it stay in main memory and are copied in when needed (slower). 0 off (default), -1 free memory less 1 GiB. */
  maxVram: {
    schema: z.union([z.literal(-1), z.number().min(0).max(4096)], { error: 'a number of GiB, or -1' }).optional(),
    help: 'GPU memory budget in GiB; -1: free memory less 1 GiB',
    default: '0, no limit',
    group: tuning,
    recipe: false,
  },
  /** With `maxVram`: copy the next layers while the current ones compute. Default false. */
  streamLayers: {
    schema: z.boolean().optional(),
    help: 'With --max-vram: copy the next layers while the current ones compute',
    group: tuning,
    recipe: false,
    needs: 'maxVram',
  },
  /** Device that computes: a name of listDevices() ("CPU", "CUDA0"), or per part, "diffusion=CUDA0,vae=CPU". Default: the best device present. */
  backend: {
    schema: path.optional(),
    help: 'Device that computes: a name from `ai-artist doctor`, or per part: diffusion=CUDA0,vae=CPU',
    group: tuning,
    recipe: false,
  },
  /** Device that keeps the weights, in the form of `backend`; "disk" reads them for each picture. Default: on the device that computes. */
  paramsBackend: { schema: path.optional(), help: 'Device that keeps the weights, in the form of --backend', group: tuning, recipe: false },
  /** Return at once and read the weights during the first picture, as the engine itself does. Default false: resolve when they are loaded. */
  lazy: {
    schema: z.boolean().optional(),
    help: 'Read the weights during the first picture instead of before it',
    group: tuning,
    recipe: false,
  },
});

/** Every option of loadModel(). */
export const loadModelRows = rows({
  ...modelFileRows,
  ...modelTuningRows,
  /** Folder whose `models` folder holds pulled models. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home: { schema: path.optional(), help: 'Home folder', flag: false, recipe: false, native: false },
  /** Run the engine in a child process: when it crashes or runs out of memory, this process gets ERR_NATIVE_CRASH and continues. Default false. */
  isolate: { schema: isolate, help: isolateHelp, group: tuning, recipe: false, native: false },
  /** Cancels the load; loadModel() rejects with `signal.reason` when native work has ended. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false, recipe: false, native: false },
  /** Called with each load event. A listener that throws cancels the load. */
  onProgress: { schema: listener<LoadEvent>().optional(), help: 'Called with each event', flag: false, recipe: false, native: false },
});

export const loadModelOptions = z.strictObject(shapeOf(loadModelRows)).check((context) => {
  const { model, diffusionModel, streamLayers, maxVram } = context.value;
  if (model !== undefined && diffusionModel !== undefined) {
    context.issues.push({
      code: 'custom',
      path: ['diffusionModel'],
      input: diffusionModel,
      message: 'expected to stand alone, got model as well: give one of the two',
    });
  }
  if (streamLayers && !maxVram) {
    context.issues.push({
      code: 'custom',
      path: ['streamLayers'],
      input: streamLayers,
      message: 'expected maxVram beside it, got none: streaming works inside that budget',
    });
  }
});

export type LoadModelOptions = z.input<typeof loadModelOptions>;
/** Complete and checked. */
export type ResolvedLoad = z.output<typeof loadModelOptions>;
