/** Options of model.generate(). A field left out takes the alias' default, else the engine's own for the model family. */
import * as z from 'zod';
import type { GenerateEvent } from '../jobs/events.ts';
import { cacheModes, previewModes } from './enums.ts';
import { edge, image, listener, maxPixels, maxSeed, path, seed, signal } from './fields.ts';
import { cache, hires, preview, tiling } from './memory.ts';
import { shapeOf } from './row.ts';
import { samplingRows } from './sampling.ts';

/** Prompts above this many UTF-8 bytes are refused: text encoders see 77 to 512 tokens, the rest is time without effect. */
export const maxPromptBytes = 100_000;

const prompt = z
  .string()
  .refine((text) => !text.includes('\0'), { error: 'expected text without null characters' })
  .refine((text) => Buffer.byteLength(text) <= maxPromptBytes, {
    error: (issue) => `expected at most ${maxPromptBytes} bytes, got ${Buffer.byteLength(String(issue.input))}`,
  });

/** A LoRA to apply in this call only: its path, or its name in `<home>/loras`; with or without a weight. */
export const lora = z.union(
  [
    path,
    z.strictObject({
      /** Path of a .safetensors or .gguf file, or a name as below where there is no such file. */
      path,
      /** Strength, -10..10. Default 1; negative values push away from the style. */
      weight: z.number().min(-10).max(10).default(1),
      /** Strength in the text encoders, -10..10. Default: `weight`. */
      textEncoderWeight: z.number().min(-10).max(10).optional(),
    }),
    z.strictObject({
      /** Name of a LoRA in `<home>/loras`, without ending. */
      name: path,
      /** Strength, as above. */
      weight: z.number().min(-10).max(10).default(1),
      /** Strength in the text encoders, -10..10. Default: `weight`. */
      textEncoderWeight: z.number().min(-10).max(10).optional(),
    }),
  ],
  { error: 'a path, a name, {path, weight} or {name, weight}' },
);

export const photoMaker = z.strictObject({
  /** One to 16 pictures of the person. */
  images: z.array(image).max(16).default([]),
  /** Path of the embedding file of PhotoMaker v2. */
  embedding: path.optional(),
  /** How strongly the style wins over the likeness, percent, 0..100. Default 20. */
  styleStrength: z.number().min(0).max(100).optional(),
});

export const generateOptions = z
  .strictObject({
    /** What to paint. Weights as in A1111: (word:1.2), [word]. May be empty; at most 100,000 bytes. */
    prompt: prompt.default(''),
    /** What to keep away from; costs nothing beyond cfgScale. Default empty. */
    negativePrompt: prompt.optional(),
    /** Start noise, 0..2^53-1. Left out, or -1: drawn at random and returned. Picture b of a batch uses seed + b. */
    seed: seed.optional(),
    /** Pixels, a multiple of model.info.sizeMultiple, at most 8192. Default: the model's. Time grows with width x height and faster. */
    width: edge.optional(),
    /** Pixels, in the same way. */
    height: edge.optional(),
    /** Pictures of this call, 1..64, one after the other. Default 1. */
    batchCount: z.int().min(1).max(64).default(1),
    ...shapeOf(samplingRows),
    /** Layers of CLIP left out at its end, 1..12. Default: the family's (1 for SD1, 2 for SDXL). */
    clipSkip: z.int().min(1).max(12).optional(),
    /** LoRAs for this call, any number: paths, or names in `<home>/loras`. */
    loras: z.array(lora).max(64).optional(),
    /** Picture to start from (img2img, inpaint). Resized to width x height, cropped at the centre. */
    initImage: image.optional(),
    /** How much of initImage is repainted, 0..1: 0 returns it, 1 ignores it. Default 0.75. */
    denoisingStrength: z.number().min(0).max(1).optional(),
    /** White is repainted, black is kept; grey is rounded. Needs initImage. Resized like it. */
    maskImage: image.optional(),
    /** Pictures that editing models (Kontext, Qwen-Image-Edit, Flux.2, Instruct-Pix2Pix) look at. */
    referenceImages: z.array(image).min(1).max(16).optional(),
    /** Bring reference pictures to the area of the result. Default true; false crops them at the centre to a size the model can take. */
    autoResizeReferenceImages: z.boolean().optional(),
    /** Number the reference pictures apart, for models trained with several. Default false. */
    increaseReferenceIndex: z.boolean().optional(),
    /** Guide of the ControlNet (edges, depth, pose…). Needs a model loaded with controlNet. Resized to width x height. */
    controlImage: image.optional(),
    /** Weight of the ControlNet, 0..2. Default 0.9. */
    controlStrength: z.number().min(0).max(2).optional(),
    /** PhotoMaker: paint a person from pictures. Needs a model loaded with photoMaker. See below. */
    photoMaker: photoMaker.optional(),
    /** true, or its settings: decode in tiles, for large pictures in little memory. Default false. */
    vaeTiling: z.union([z.boolean(), tiling], { error: 'true, false or an object' }).optional(),
    /** A mode, or its settings: reuse work between steps. Default `disabled`. */
    cache: z.union([z.enum(cacheModes), cache], { error: 'a mode or an object' }).optional(),
    /** true, or its settings: paint, enlarge, repaint. Default false. */
    hires: z.union([z.boolean(), hires], { error: 'true, false or an object' }).optional(),
    /** true, a mode, or its settings: preview events while it paints. Default false. */
    preview: z.union([z.boolean(), z.enum(previewModes), preview], { error: 'true, false, a mode or an object' }).optional(),
    /** A cancelled batch resolves with the pictures finished so far, if there is one, instead of rejecting. Default false. */
    keepFinished: z.boolean().optional(),
    /** Cancels the job; the run rejects with `signal.reason` when native work has ended. The model stays usable. */
    signal: signal.optional(),
    /** Called with each event, newest progress only. A listener that throws cancels the job, which then rejects with its error. */
    onProgress: listener<GenerateEvent>().optional(),
  })
  .check((context) => {
    const { width, height, maskImage, initImage, seed: first, batchCount } = context.value;
    if (width !== undefined && height !== undefined && width * height > maxPixels) {
      context.issues.push({
        code: 'custom',
        path: ['width'],
        input: width,
        message: `expected width x height of at most ${maxPixels} pixels, got ${width * height}`,
      });
    }
    if (maskImage !== undefined && initImage === undefined) {
      context.issues.push({
        code: 'custom',
        path: ['maskImage'],
        input: maskImage,
        message: 'expected initImage beside it, got none: a mask says which part of a picture is repainted',
      });
    }
    if (first !== undefined && first > maxSeed - (batchCount - 1)) {
      context.issues.push({
        code: 'custom',
        path: ['seed'],
        input: first,
        message: `expected at most ${maxSeed - batchCount + 1} for a batch of ${batchCount}, got ${first}`,
      });
    }
  });

export type GenerateOptions = z.input<typeof generateOptions>;
/** Complete and checked; what the rest of the engine works with. */
export type ResolvedGenerate = z.output<typeof generateOptions>;
