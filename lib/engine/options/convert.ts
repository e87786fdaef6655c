/** Options of convertModel(). */
import * as z from 'zod';
import type { ConvertEvent } from '../jobs/events.ts';
import { weightTypes } from './enums.ts';
import { isolate, isolateHelp, listener, path, signal } from './fields.ts';
import { typeRules } from './load-model.ts';
import { rows, shapeOf } from './row.ts';

/** Every option of convertModel(). */
export const convertRows = rows({
  /** File to write; its ending chooses the format: .gguf or .safetensors (which holds f32, f16, bf16 only). */
  output: {
    schema: path.refine((file) => /\.(gguf|safetensors)$/i.test(file), {
      error: (issue) => `expected a file ending in .gguf or .safetensors, got ${JSON.stringify(issue.input)}`,
    }),
    help: 'File to write, .gguf or .safetensors (required)',
    flag: 'out',
  },
  /** Type of the large weights. q8_0 halves f16 at no visible cost; norms and biases keep their type. */
  type: { schema: z.enum(weightTypes), help: 'Type of the large weights (required)' },
  /** Regular expression over tensor names to weight type (JavaScript syntax without lookahead and backreferences; matched in time proportional to the name); the first match wins over `type`: `{ '^first_stage_model\\.': 'f16' }`. */
  tensorTypeRules: {
    schema: typeRules.optional(),
    help: 'PATTERN=TYPE: type of tensors with a matching name; may be given several times',
    flag: 'tensor-type-rule',
    aliases: ['rules'],
  },
  /** Path of an autoencoder to put into the file. */
  vae: { schema: path.optional(), help: 'Autoencoder to put into the file' },
  /** Rewrite tensor names to the engine's own. Default false: as in the input. */
  convertNames: { schema: z.boolean().optional(), help: "Rewrite tensor names to the engine's own" },
  /** Replace an existing output. Default false: ERR_ALREADY_EXISTS. An input is never replaced: ERR_INVALID_ARGUMENT. */
  overwrite: { schema: z.boolean().default(false), help: 'Replace an existing file', flag: 'force', native: false },
  /** Run the engine in a child process, so that a crash does not end this one. Default false. */
  isolate: { schema: isolate, help: isolateHelp, native: false },
  /** Cancels; nothing is left of the output. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false, native: false },
  /** Called with each event. */
  onProgress: { schema: listener<ConvertEvent>().optional(), help: 'Called with each event', flag: false, native: false },
});

export const convertOptions = z.strictObject(shapeOf(convertRows));

export type ConvertOptions = z.input<typeof convertOptions>;
