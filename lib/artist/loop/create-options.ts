import * as z from 'zod';
import {
  type GenerateEvent,
  type GenerateOptions,
  type LoadEvent,
  listener,
  optionTables,
  type Rows,
  shapeOf,
  signal,
  type UpscaleEvent,
} from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { mostCandidates } from './candidates.ts';
import type { CreatedWork } from './created-work.ts';

/** What will be painted, before anything is loaded. */
export interface PlannedWork {
  prompt: string;
  seed: number;
  /** given: the prompt was. chosen: it was not. */
  source: 'given' | 'chosen';
  /** How the prompt came about, in words; empty where there was nothing to decide. */
  lines: readonly string[];
}

/** Progress of a work: of the engine, and which candidate it is about. The last is `done`. */
export type CreateEvent = (Exclude<LoadEvent | GenerateEvent | UpscaleEvent, { type: 'done' }> | { type: 'done'; result: CreatedWork }) & {
  /** From 0; absent while nothing is painted. */
  candidate?: number;
  /** Candidates that will be painted; 1 while that is not known. */
  of?: number;
};

const text = () => z.string().trim().min(1).max(10_000);

/** The fields of createOptions that are the loop's own; those beside them are generate()'s. */
export const loopOptions = z.strictObject({
  /** What to paint, word for word; {a|b} and __lists__ in it are decided. Left out: it is chosen. */
  prompt: z
    .string()
    .refine((given) => given.trim() !== '', {
      error: 'expected what to paint, got an empty text. Leave it out to let the artist choose',
    })
    .optional(),
  /** What the picture shows; style, background and light are chosen. Not beside prompt. */
  subject: text().optional(),
  /** Topic whose subjects are chosen among. Not beside prompt. */
  topic: text().optional(),
  /** Begin with a work of the public domain that a museum finds for this text. Not beside prompt, subject and topic. */
  inspire: text().optional(),
  /** Style of the picture, or several with weights of which only the ratios matter. Default, without a prompt: chosen by what was liked. */
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
  /** Decide {a|b} and __lists__ in the prompt. Default: prompt.expand of the settings. */
  expand: z.boolean().optional(),
  /** How many to paint, 1..64, or auto: as many as are worth their seconds. Default: create.candidates, else one that passes the gates, in at most 3 tries. */
  candidates: z
    .union([z.literal('auto'), z.int().min(1).max(mostCandidates)], { error: `auto or an integer 1..${mostCandidates}` })
    .optional(),
  /** Alias or path. Default: model of the settings, else the bundled one. */
  model: z.string().min(1).optional(),
  /** CLIP that scores: a file or folder. Default: create.clip of the settings, else the bundled one. */
  clip: z.string().min(1).optional(),
  /** Taste or aesthetic head. Default: curation.taste of the settings, else taste.json in the home folder, where it is. */
  taste: z.string().min(1).optional(),
  /** A candidate that fits one of these texts better than its prompt is rejected. */
  reject: z.array(z.string().min(1)).max(64).optional(),
  /** Let CLIP choose among several candidates. Default: create.score of the settings. */
  score: z.boolean().optional(),
  /** Enlarge four times. Default: create.upscale of the settings, else when both edges are below 512 pixels. */
  upscale: z.boolean().optional(),
  /** Say when most words of the prompt were not in the bundled model's training. Default: create.domainCheck of the settings. */
  domainCheck: z.boolean().optional(),
  /** File it in the gallery. Default true. */
  gallery: z.boolean().default(true),
  /** File a picture that the gallery has already once more. Default false: the result is the work that is there. */
  allowDuplicate: z.boolean().default(false),
  /** Place in a series, recorded with it; such a work belongs to no period. */
  series: z.strictObject({ id: z.string(), index: z.int().min(0) }).optional(),
  /** Name of the task it is done for, recorded with it. A gallery files one work for each task: see Artist.filed(). */
  task: z.string().min(1).max(1000).optional(),
  /** Asked when the picture is on the disk and before it is filed; false: it is not. For tasks that others may have done meanwhile. */
  confirm: z
    .custom<(work: Artwork) => Promise<boolean>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  /** Cancels; the call rejects with `signal.reason` when native work has ended. */
  signal: signal.optional(),
  /** Called when it is decided what is painted, before anything is loaded. What it throws ends the work. */
  onPlan: z
    .custom<(plan: PlannedWork) => void | Promise<void>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  /** Called with the finished picture before it is filed, to save it elsewhere. What it throws ends the work. */
  onImage: z
    .custom<(image: ArtImage) => void | Promise<void>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
  onProgress: listener<CreateEvent>().optional(),
});

type PaintRows = typeof optionTables.generate;
type PaintOptions = {
  [K in keyof GenerateOptions as PaintRows[K & keyof PaintRows] extends { create: 'no' } ? never : K]: GenerateOptions[K];
};

const paintRows: Rows = Object.fromEntries(Object.entries(optionTables.generate as Rows).filter(([, { create }]) => create !== 'no'));

/** Names of generate()'s options that create() takes. */
export const paintOptionNames = (): string[] => Object.keys(paintRows);

/** All options of Artist.create(). */
export const createOptions = z.strictObject({ ...shapeOf(paintRows), ...loopOptions.shape } as typeof loopOptions.shape);

/** One work: what it is about, how it is chosen, and everything that generate() takes for a single picture (width, steps, loras, seed …). */
export type CreateOptions = z.input<typeof loopOptions> & PaintOptions;
export type LoopOptions = z.output<typeof loopOptions>;
