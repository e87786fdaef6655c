/** Options of model.generate(). Omitted fields take the alias' default, else the engine's default for the model family. */
import * as z from 'zod';
import type { GenerateEvent } from '../jobs/events.ts';
import { cacheModes, previewModes } from './enums.ts';
import { edge, fraction, image, listener, maxPixels, maxSeed, path, seed, signal } from './fields.ts';
import { cacheRows, hiresRows, previewRows, tilingRows } from './memory.ts';
import { rows, shapeOf } from './row.ts';
import { samplingRows } from './sampling.ts';

/** Prompts above this many UTF-8 bytes are refused: text encoders see 77 to 512 tokens, and the rest only costs time. */
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
      /** Path of a .safetensors or .gguf file, or, if there is no such file, a name as below. */
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

export const photoMakerRows = rows({
  /** Pictures of the person, up to 16. */
  images: {
    schema: z.array(image).max(16).default([]),
    help: 'Picture of the person; may be given several times',
    flag: 'photo-maker-image',
    native: false,
  },
  /** Path of the embedding file of PhotoMaker v2. */
  embedding: { schema: path.optional(), help: 'Embedding file of PhotoMaker v2', native: 'photoMakerEmbedding' },
  /** How strongly the style wins over the likeness in percent, 0..100. Default 20. */
  styleStrength: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Weight of style over likeness in percent',
    default: '20',
    native: 'photoMakerStyleStrength',
    needs: 'photoMaker.images',
  },
});

const picture = 'Picture';
const start = 'Image to image';
const control = 'Control';

/** Every option of generate(). */
export const generateRows = rows({
  /** What to paint. Weights as in A1111: (word:1.2), [word]. May be empty only beside a picture (`initImage`, `referenceImages`, `controlImage`); at most 100,000 bytes. */
  prompt: {
    schema: prompt.default(''),
    help: 'What to paint; -: read from standard input. Weights as in A1111: (word:1.2)',
    flag: false,
    create: 'no',
    recipe: true,
  },
  /** Negative prompt: what the picture should not show; costs nothing beyond cfgScale. Default empty. */
  negativePrompt: {
    schema: prompt.optional(),
    help: 'Negative prompt: what the picture should not show',
    group: picture,
    aliases: ['negative'],
    setting: true,
    recipe: true,
  },
  /** Seed of the start noise, -1..2^53-1. Left out, or -1: drawn at random and returned. Picture b of a batch uses seed + b. */
  seed: {
    schema: seed.optional(),
    help: 'Seed of the start noise; -1 or random: drawn at random',
    default: 'random, and printed',
    group: picture,
    create: 'flag',
    recipe: true,
    native: false,
  },
  /** Pixels, a multiple of model.info.sizeMultiple, 1..8192. Default: the model's. Time grows at least with width x height. */
  width: {
    schema: edge.optional(),
    help: 'Width in pixels',
    default: "the model's own",
    group: picture,
    create: 'flag',
    setting: true,
    recipe: true,
  },
  /** Pixels, 1..8192; same rules as `width`. */
  height: {
    schema: edge.optional(),
    help: 'Height in pixels',
    default: "the model's own",
    group: picture,
    create: 'flag',
    setting: true,
    recipe: true,
  },
  /** Number of pictures in this call, 1..64, painted one after the other. Default 1. */
  batchCount: {
    schema: z.int().min(1).max(64).default(1),
    help: 'Number of pictures; each takes the next seed',
    group: picture,
    aliases: ['batch'],
    create: 'no',
    recipe: true,
    replay: false,
  },
  ...samplingRows,
  /** Number of last layers of CLIP to skip, 1..12. Default: the family's (1 for SD1, 2 for SDXL). */
  clipSkip: {
    schema: z.int().min(1).max(12).optional(),
    help: 'Number of last layers of CLIP to skip',
    default: "the family's",
    group: picture,
    recipe: true,
  },
  /** LoRAs for this call, any number: paths, or names in `<home>/loras`. */
  loras: {
    schema: z.array(lora).max(64).optional(),
    help: 'PATH or NAME of a LoRA (see: ai-artist lora list), or with :WEIGHT; may be given several times',
    group: picture,
    flag: 'lora',
    create: 'flag',
    recipe: true,
    replay: false,
    native: false,
  },
  /** Picture to start from (img2img, inpaint). Resized to width x height, cropped at the centre. */
  initImage: { schema: image.optional(), help: 'Picture to start from', group: start, aliases: ['init'], recipe: false, native: false },
  /** How much of initImage is repainted, 0..1: 0 returns it, 1 ignores it. Default 0.75. */
  denoisingStrength: {
    schema: fraction.optional(),
    help: 'How much of the start picture is repainted',
    default: '0.75',
    group: start,
    aliases: ['strength'],
    recipe: true,
    replay: false,
    needs: 'initImage',
  },
  /** White is repainted, black is kept; grey is rounded. Needs initImage. Resized like it. */
  maskImage: {
    schema: image.optional(),
    help: 'White is repainted, black is kept. Needs --init-image',
    group: start,
    aliases: ['mask'],
    recipe: false,
    native: false,
    needs: 'initImage',
  },
  /** Reference pictures for editing models (Kontext, Qwen-Image-Edit, Flux.2, Instruct-Pix2Pix), 1 to 16. */
  referenceImages: {
    schema: z.array(image).min(1).max(16).optional(),
    help: 'Reference picture for an editing model; may be given several times',
    group: start,
    flag: 'reference-image',
    aliases: ['ref'],
    recipe: false,
    native: false,
  },
  /** Resize reference pictures to the area of the result. Default true; false crops them at the centre to a size the model can take. */
  autoResizeReferenceImages: {
    schema: z.boolean().optional(),
    help: 'Resize reference pictures to the area of the result',
    default: 'yes',
    group: start,
    aliases: ['auto-resize-references'],
    native: false,
    needs: 'referenceImages',
  },
  /** Give each reference picture its own index, for models trained with several. Default false. */
  increaseReferenceIndex: {
    schema: z.boolean().optional(),
    help: 'Give each reference picture its own index',
    group: start,
    needs: 'referenceImages',
  },
  /** Guide of the ControlNet (edges, depth, pose…). Needs a model loaded with controlNet. Resized to width x height. */
  controlImage: {
    schema: image.optional(),
    help: 'Guide of the ControlNet (edges, depth, pose). Needs --control-net',
    group: control,
    aliases: ['control'],
    recipe: false,
    native: false,
  },
  /** Weight of the ControlNet, 0..2. Default 0.9. */
  controlStrength: {
    schema: z.number().min(0).max(2).optional(),
    help: 'Weight of the ControlNet',
    default: '0.9',
    group: control,
    needs: 'controlImage',
  },
  /** PhotoMaker: paint a person from pictures. Needs a model loaded with photoMaker. See below. */
  photoMaker: {
    schema: z.strictObject(shapeOf(photoMakerRows)).optional(),
    help: 'Paint a person from pictures',
    group: 'PhotoMaker',
    flag: false,
    recipe: false,
    native: '',
    fields: photoMakerRows,
  },
  /** true, or its settings: decode in tiles, for large pictures in little memory. Default false. */
  vaeTiling: {
    schema: z.union([z.boolean(), z.strictObject(shapeOf(tilingRows))], { error: 'true, false or an object' }).optional(),
    help: 'Decode in tiles',
    group: 'Tiling',
    flag: false,
    fields: tilingRows,
  },
  /** A mode, or its settings: reuse work between steps. Default `disabled`. */
  cache: {
    schema: z.union([z.enum(cacheModes), z.strictObject(shapeOf(cacheRows))], { error: 'a mode or an object' }).optional(),
    help: 'Reuse work between steps',
    group: 'Cache',
    flag: false,
    fields: cacheRows,
  },
  /** true, or its settings: paint, enlarge, repaint. Default false. */
  hires: {
    schema: z.union([z.boolean(), z.strictObject(shapeOf(hiresRows))], { error: 'true, false or an object' }).optional(),
    help: 'Paint, enlarge, then repaint',
    group: 'Hires fix',
    recipe: true,
    replay: false,
    fields: hiresRows,
  },
  /** true, a mode, or its settings: preview events while it paints. Default false. */
  preview: {
    schema: z
      .union([z.boolean(), z.enum(previewModes), z.strictObject(shapeOf(previewRows))], { error: 'true, false, a mode or an object' })
      .optional(),
    help: 'Show the picture in the terminal while it is painted',
    group: 'Preview',
    recipe: false,
    fields: previewRows,
  },
  /** A cancelled batch resolves with the pictures finished so far, if there is one, instead of rejecting. Default false. */
  keepFinished: {
    schema: z.boolean().optional(),
    help: 'On Ctrl-C during a batch, keep the finished pictures',
    group: picture,
    create: 'no',
    recipe: false,
    needs: 'batchCount',
  },
  /** Cancels the job; the run rejects with `signal.reason` when native work has ended. The model stays usable. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false, create: 'no', recipe: false, native: false },
  /** Called with each event, newest progress only. A listener that throws cancels the job, which then rejects with its error. */
  onProgress: {
    schema: listener<GenerateEvent>().optional(),
    help: 'Called with each event',
    flag: false,
    create: 'no',
    recipe: false,
    native: false,
  },
});

export const generateOptions = z.strictObject(shapeOf(generateRows)).check((context) => {
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
