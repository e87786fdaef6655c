/** Options of loadClip() and of the methods of Clip. */
import * as z from 'zod';
import { type LoadEvent, listener, path, signal } from '../engine/index.ts';

/** Number formats into which a CLIP model's matrices can be converted when loading. */
export const clipWeightTypes = ['f32', 'f16', 'bf16', 'q8_0'] as const;
export type ClipWeightType = (typeof clipWeightTypes)[number];

export const loadClipOptions = z.strictObject({
  /**
   * A file (.safetensors, .gguf), the index of a sharded file (.safetensors.index.json), or a folder with one of them: the layout of
   * Hugging Face's CLIPModel. Default: the bundled CLIP.
   */
  model: path.optional(),
  /** config.json of the model: heads, activation. Default: the one beside the file, else derived from its sizes. */
  config: path.optional(),
  /** preprocessor_config.json: preprocessing of pictures. Default: the one beside the file, else CLIP's own. */
  preprocessor: path.optional(),
  /** Turn the matrices into this type. f16 halves memory; bf16 too, and is fastest where the CPU has AVX512-BF16 or AMX, with less precision;
   * q8_0 quarters it. Default: as in the file. */
  weightType: z.enum(clipWeightTypes).optional(),
  /** CPU threads, 1..512. Default: physical cores minus one, at least 1. */
  threads: z.int().min(1).max(512).optional(),
  /** Device for computing, a name from listDevices(). Default: the best device present. */
  backend: path.optional(),
  /** Device for the weights. Default: the same. */
  paramsBackend: path.optional(),
  /** Run it in a child process, so that a crash does not end this one (docs/isolation.md). Default false. */
  isolate: z.boolean().default(false),
  /** Cancels; the call rejects with `signal.reason` when native work has ended. */
  signal: signal.optional(),
  /** Called with each event while it loads. */
  onProgress: listener<LoadEvent>().optional(),
});
export type LoadClipOptions = z.input<typeof loadClipOptions>;

/** Progress of a call with many pictures or texts. */
export interface EmbedEvent {
  type: 'embed';
  done: number;
  total: number;
}

const runFields = () => ({
  /** Cancels; the call rejects with `signal.reason` when native work has ended. */
  signal: signal.optional(),
  onProgress: listener<EmbedEvent>().optional(),
});

export const embedImageOptions = z.strictObject(runFields());
export type EmbedImageOptions = z.input<typeof embedImageOptions>;

export const embedTextOptions = z.strictObject({
  ...runFields(),
  /** For a text with more tokens than the model reads. true: use its first tokens; false: an error. Default true. */
  truncate: z.boolean().default(true),
});
export type EmbedTextOptions = z.input<typeof embedTextOptions>;

export const classifyOptions = z.strictObject({
  ...runFields(),
  /**
   * Sentence into which each label is inserted at `{}`. Default: the label alone. CLIP was trained on sentences: "a photo of a {}" helps
   * it.
   */
  template: z
    .string()
    .max(1000)
    .refine((text) => text.includes('{}'), { error: 'expected a text with {} in it' })
    .default('{}'),
});
export type ClassifyOptions = z.input<typeof classifyOptions>;

/** Longest text, in characters. The model reads 77 tokens, about 300 characters; a book is a mistake. */
export const maxTextLength = 10_000;

export const textList = z.array(
  z
    .string()
    .max(maxTextLength)
    .refine((text) => /\S/.test(text), { error: 'expected a text with at least one word' }),
);
