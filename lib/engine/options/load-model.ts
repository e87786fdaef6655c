/** Options of loadModel(): which files, how the weights are kept, on what they run. Defaults are the engine's own unless one is named. */
import * as z from 'zod';
import type { LoadEvent } from '../jobs/events.ts';
import { loraApplyModes, predictions, rngs, vaeFormats, weightTypes } from './enums.ts';
import { isolate, listener, path, recordOf, signal } from './fields.ts';

/** Files that make up a model. Either `model` (one file with everything) or `diffusionModel` with the encoders and autoencoder it needs. */
export const modelFiles = () => ({
  /** Alias ("sd15"), or path of a checkpoint that holds everything (.safetensors, .gguf, .ckpt), or a Diffusers folder. Default: the bundled model. */
  model: path.optional(),
  /** Path of the diffusion network alone (UNet or DiT), for models that come in parts (Flux, SD3.5, Qwen-Image, Z-Image). */
  diffusionModel: path.optional(),
  /** Path of the unconditional twin network of families that ship one. */
  uncondDiffusionModel: path.optional(),
  /** Path of the CLIP-L text encoder (SD1, SDXL, SD3, Flux). */
  clipL: path.optional(),
  /** Path of the CLIP-G text encoder (SDXL, SD3). */
  clipG: path.optional(),
  /** Path of the CLIP vision tower. */
  clipVision: path.optional(),
  /** Path of the T5-XXL text encoder (SD3, Flux, Chroma). Large: q8_0 halves its memory at no visible cost. */
  t5xxl: path.optional(),
  /** Path of the language model that reads the prompt (Qwen-Image, Z-Image, Flux.2). */
  llm: path.optional(),
  /** Path of the vision part of that language model, for editing with reference pictures. */
  llmVision: path.optional(),
  /** Path of an autoencoder that replaces the built-in one. */
  vae: path.optional(),
  /** Path of a tiny autoencoder (TAESD): decodes in a tenth of the time and memory with slightly softer detail; also for `preview: 'tae'`. */
  tae: path.optional(),
  /** Path of a ControlNet of the same family. */
  controlNet: path.optional(),
  /** Path of PhotoMaker weights (SDXL). */
  photoMaker: path.optional(),
  /** Textual inversions: word in the prompt to path of its file. */
  embeddings: recordOf('a word of 1 to 100 characters', /^\S{1,100}$/, path).optional(),
});

/** What the caller may choose about memory, speed and numbers. */
export const modelTuning = () => ({
  /** CPU threads, 1..512; those that the machine cannot run at once are left out. Default: physical cores minus one, at least 1. */
  threads: z.int().min(1).max(512).optional(),
  /** Store all weights as this type. Default: as in the file, of the bundled model `f16`. Quantizing costs seconds at load and some quality, and saves memory. */
  weightType: z.enum(weightTypes).optional(),
  /** Regular expression over tensor names to weight type; the first that matches wins over `weightType`. Patterns without `,` and `=`. */
  tensorTypeRules: recordOf('a pattern without "," and "="', /^[^,=]+$/, z.enum(weightTypes)).optional(),
  /** Noise source. Default `cuda`: the same noise on every machine as PyTorch draws on a GPU. */
  rng: z.enum(rngs).optional(),
  /** Noise source of ancestral samplers. Default: as `rng`. */
  samplerRng: z.enum(rngs).optional(),
  /** What the network predicts. Default: detected; set it for v-prediction checkpoints that do not say so. */
  prediction: z.enum(predictions).optional(),
  /** `immediately` merges LoRAs into the weights (no cost per step), `at_runtime` adds them each step (quantized weights). Default `auto`: by weight type. */
  loraApplyMode: z.enum(loraApplyModes).optional(),
  /** Map files instead of reading them: faster start, memory shared between processes; a LoRA merge then costs a copy. Default false. */
  mmap: z.boolean().optional(),
  /** Flash attention everywhere it is supported: less memory, speed depends on the device. Default false. */
  flashAttention: z.boolean().optional(),
  /** Flash attention in the diffusion network only. Default false. */
  diffusionFlashAttention: z.boolean().optional(),
  /** Use `tae` for previews only and `vae` for the picture. Default false. */
  taePreviewOnly: z.boolean().optional(),
  /** Direct convolution in the diffusion network: less memory; slower on most CPUs. Default false. */
  diffusionConvDirect: z.boolean().optional(),
  /** Direct convolution in the autoencoder: much less memory at large sizes. Default false. */
  vaeConvDirect: z.boolean().optional(),
  /** Pictures that tile without a seam: both axes, or one of them. Default false. */
  seamless: z.union([z.boolean(), z.enum(['x', 'y'])], { error: 'true, false, x or y' }).optional(),
  /** Scales the convolutions of the SDXL VAE against overflow in f16. Default: as the weights need. */
  forceSdxlVaeConvScale: z.boolean().optional(),
  /** Chroma: mask padding tokens in the network. Default true. */
  chromaUseDitMask: z.boolean().optional(),
  /** Chroma: mask padding tokens in T5. Default false. */
  chromaUseT5Mask: z.boolean().optional(),
  /** Chroma: padding tokens left visible, 0..512. Default 1. */
  chromaT5MaskPad: z.int().min(0).max(512).optional(),
  /** Qwen-Image-Edit 2511: reference pictures get time step zero. Default false. */
  qwenImageZeroCondT: z.boolean().optional(),
  /** Latent layout of a VAE that cannot be told apart. Default `auto`. */
  vaeFormat: z.enum(vaeFormats).optional(),
  /** GPU memory budget in GiB: weights above it stay in main memory and are copied in when needed (slower). 0 off (default), -1 free memory less 1 GiB. */
  maxVram: z.union([z.literal(-1), z.number().min(0).max(4096)], { error: 'a number of GiB, or -1' }).optional(),
  /** With `maxVram`: copy the next layers while the current ones compute. Default false. */
  streamLayers: z.boolean().optional(),
  /** Device that computes: a name of listDevices() ("CPU", "CUDA0"), or per part, "diffusion=CUDA0,vae=CPU". Default: the best device present. */
  backend: path.optional(),
  /** Where weights are kept, in the same form; "disk" reads them for each picture. Default: on the device that computes. */
  paramsBackend: path.optional(),
  /** Return at once and read the weights during the first picture (the engine's own way). Default false: resolve when they are resident. */
  lazy: z.boolean().optional(),
});

export const loadModelOptions = z
  .strictObject({
    ...modelFiles(),
    ...modelTuning(),
    /** Folder whose `models` folder holds pulled models. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
    home: path.optional(),
    /** Run the engine in a child process: when it crashes or runs out of memory, this process gets ERR_NATIVE_CRASH and lives on. Default false. */
    isolate,
    /** Cancels the load; loadModel() rejects with `signal.reason` when native work has ended. */
    signal: signal.optional(),
    /** Called with each load event. A listener that throws cancels the load. */
    onProgress: listener<LoadEvent>().optional(),
  })
  .check((context) => {
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
