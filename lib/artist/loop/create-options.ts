import * as z from 'zod';
import {
  type GenerateEvent,
  type GenerateOptions,
  type LoadEvent,
  type LoadModelOptions,
  listener,
  optionTables,
  type Rows,
  shapeOf,
  signal,
  type UpscaleEvent,
} from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { tunedModes } from '../../tune/index.ts';
import { mostCandidates } from './candidates.ts';
import type { CreatedWork } from './created-work.ts';

/** What will be painted, before anything is loaded. */
export interface PlannedWork {
  prompt: string;
  seed: number;
  /** given: by the caller; chosen: by the artist. */
  source: 'given' | 'chosen';
  /** How the prompt came about, as sentences; empty if there was nothing to decide. */
  lines: readonly string[];
}

/** Progress of a work: an event of the engine and the candidate it belongs to. The last event is `done`. */
export type CreateEvent = (Exclude<LoadEvent | GenerateEvent | UpscaleEvent, { type: 'done' }> | { type: 'done'; result: CreatedWork }) & {
  /** From 0; absent while nothing is painted. */
  candidate?: number;
  /** Number of candidates that will be painted; 1 while it is not known. */
  of?: number;
};

const text = () => z.string().trim().min(1).max(10_000);

/** The fields of createOptions that belong to create() itself; the others are those of generate(). */
export const loopOptions = z.strictObject({
  /** The prompt, used verbatim except that {a|b} and __lists__ are expanded. Default: the artist chooses one. */
  prompt: z
    .string()
    .refine((given) => given.trim() !== '', {
      error: 'expected what to paint, got an empty text. Leave it out to let the artist choose',
    })
    .optional(),
  /** What the picture shows; the artist chooses style, background and light. Not together with `prompt`. */
  subject: text().optional(),
  /** Topic to choose the subject from. Not together with `prompt`. */
  topic: text().optional(),
  /** Start from a public-domain work that a museum finds for this text. Not together with `prompt`, `subject` or `topic`. */
  inspire: text().optional(),
  /** A style, or several with weights (only their ratios matter). Default without a prompt: chosen, preferring styles that were liked. */
  style: z
    .union(
      [
        text(),
        z
          .array(z.strictObject({ name: text(), weight: z.number().positive().max(1000).default(1) }))
          .min(1)
          .max(8),
      ],
      {
        error: 'a style, or a list of at most 8 {name, weight}',
      },
    )
    .optional(),
  /** Expand {a|b} and __lists__ in the prompt. Default: the setting prompt.expand. */
  expand: z.boolean().optional(),
  /**
   * How many candidates to paint, 1..64, or auto: as many as are worth their seconds. Default: the setting create.candidates, else up to the
   * first that passes the gates, in at most 3 tries.
   */
  candidates: z
    .union([z.literal('auto'), z.int().min(1).max(mostCandidates)], { error: `auto or an integer 1..${mostCandidates}` })
    .optional(),
  /** Alias or path of the model. Default: the setting `model`, else the bundled one. */
  model: z.string().min(1).optional(),
  /** `off`: do not use the settings that `ai-artist tune` found for the model on this machine. Default: the setting `tuned`, else `on`. */
  tuned: z.enum(tunedModes).optional(),
  /** CLIP for scoring: a file or folder. Default: the setting create.clip, else the bundled one. */
  clip: z.string().min(1).optional(),
  /** File of a taste or aesthetic head. Default: the setting curation.taste, else taste.json in the home folder, if it exists. */
  taste: z.string().min(1).optional(),
  /** Reject a candidate that fits one of these texts better than its prompt. */
  reject: z.array(z.string().min(1)).max(64).optional(),
  /** Let CLIP choose among several candidates. Default: the setting create.score. */
  score: z.boolean().optional(),
  /** Enlarge the picture four times. Default: the setting create.upscale, else only when both edges are below 512 pixels. */
  upscale: z.boolean().optional(),
  /** Warn when most words of the prompt were not in the bundled model's training. Default: the setting create.domainCheck. */
  domainCheck: z.boolean().optional(),
  /** File the work in the gallery. Default true. */
  gallery: z.boolean().default(true),
  /** File a picture although the gallery already has it. Default false: the result is the existing work. */
  allowDuplicate: z.boolean().default(false),
  /** Place in a series, recorded with the work. Such a work belongs to no period. */
  series: z.strictObject({ id: z.string(), index: z.int().min(0) }).optional(),
  /** Id of the task that the work is for, recorded with it. A gallery files one work for each task: see Artist.filed(). */
  task: z.string().min(1).max(1000).optional(),
  /** Called when the picture is on the disk, before it is filed; false: do not file it. For tasks that another worker may have done meanwhile. */
  confirm: z
    .custom<(work: Artwork) => Promise<boolean>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  /** Cancels the call. It rejects with `signal.reason` once the native work has stopped. */
  signal: signal.optional(),
  /** Called with the plan before any model is loaded. An error it throws ends the work. */
  onPlan: z
    .custom<(plan: PlannedWork) => void | Promise<void>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  /** Called with the finished picture before it is filed, for example to save it elsewhere. An error it throws ends the work. */
  onImage: z
    .custom<(image: ArtImage) => void | Promise<void>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  onProgress: listener<CreateEvent>().optional(),
});

type PaintRows = typeof optionTables.generate;
type PaintOptions = {
  [K in keyof GenerateOptions as PaintRows[K & keyof PaintRows] extends { create: 'no' } ? never : K]: GenerateOptions[K];
};

type LoadRows = typeof optionTables.loadModel;
type LoadOptions = {
  [K in keyof LoadModelOptions as LoadRows[K & keyof LoadRows] extends { create: 'flag' } ? K : never]: LoadModelOptions[K];
};

const rowsOf = (table: Rows, isTaken: (create: Rows[string]['create']) => boolean): Rows =>
  Object.fromEntries(Object.entries(table).filter(([, { create }]) => isTaken(create)));

/** The options of generate() that create() also takes. */
export const paintRows = rowsOf(optionTables.generate, (create) => create !== 'no');
/** The options of loadModel() that create() also takes. */
export const loadRows = rowsOf(optionTables.loadModel, (create) => create === 'flag');

/** All options of Artist.create(). */
export const createOptions = z.strictObject({
  ...shapeOf(paintRows),
  ...shapeOf(loadRows),
  ...loopOptions.shape,
} as typeof loopOptions.shape);

/**
 * Options for one work: what to paint, how to choose, all options of generate() for a single picture (width, steps, loras, seed …), and those of
 * loadModel() for speed (cpuPrecision).
 */
export type CreateOptions = z.input<typeof loopOptions> & PaintOptions & LoadOptions;
export type LoopOptions = z.output<typeof loopOptions>;
