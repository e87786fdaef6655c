/** Options of convertModel(). */
import * as z from 'zod';
import type { ConvertEvent } from '../jobs/events.ts';
import { weightTypes } from './enums.ts';
import { isolate, listener, path, signal } from './fields.ts';
import { modelTuning } from './load-model.ts';

export const convertOptions = z.strictObject({
  /** File to write; its ending chooses the format: .gguf or .safetensors (which holds f32, f16, bf16 only). */
  output: path.refine((file) => /\.(gguf|safetensors)$/i.test(file), {
    error: (issue) => `expected a file ending in .gguf or .safetensors, got ${JSON.stringify(issue.input)}`,
  }),
  /** Type of the large weights. q8_0 halves f16 at no visible cost; norms and biases keep their type. */
  type: z.enum(weightTypes),
  tensorTypeRules: modelTuning().tensorTypeRules,
  /** Path of an autoencoder to put into the file. */
  vae: path.optional(),
  /** Rewrite tensor names to the engine's own. Default false: as in the input. */
  convertNames: z.boolean().optional(),
  /** Replace an existing output. Default false: ERR_ALREADY_EXISTS. */
  overwrite: z.boolean().default(false),
  /** Run the engine in a child process, whose death this one survives. Default false. */
  isolate,
  /** Cancels; nothing is left of the output. */
  signal: signal.optional(),
  /** Called with each event. */
  onProgress: listener<ConvertEvent>().optional(),
});

export type ConvertOptions = z.input<typeof convertOptions>;
