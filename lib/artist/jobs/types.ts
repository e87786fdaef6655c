import * as z from 'zod';
import type { GenerateOptions, LoadModelOptions, UpscaleOptions } from '../../engine/index.ts';
import { imageFormats, type Recipe } from '../../image/index.ts';
import type { OrderOptions } from '../orders/order.ts';

/** The API through which a job came. */
export const dialects = ['api', 'openai', 'sdapi', 'sdcpp'] as const;
export type Dialect = (typeof dialects)[number];

/** What a job may take from a work: its recipe, or its picture. */
export const sourceUses = ['recipe', 'initImage', 'maskImage', 'controlImage', 'referenceImages'] as const;

/** A work that a job begins with. */
export const workSourceSchema = z.strictObject({ work: z.string().min(1).max(100), as: z.enum(sourceUses) });
export type WorkSource = z.output<typeof workSourceSchema>;

/** Pictures of a request as encoded files (PNG, JPEG, WebP or AVIF, decided by content). */
export interface InputPictures {
  initImage?: Uint8Array;
  maskImage?: Uint8Array;
  referenceImages?: readonly Uint8Array[];
  controlImage?: Uint8Array;
}

/** Options of a call that are pictures or functions: a stored job has files instead, and no functions. */
type NotStored = keyof InputPictures | 'photoMaker' | 'signal' | 'onProgress';

/** What a job paints, as stored in the queue. */
export type PaintWork =
  /** model.generate(): the same pixels as the command `generate` with the same options. */
  | {
      kind: 'generate';
      model?: string;
      load?: Omit<LoadModelOptions, 'model' | 'signal' | 'onProgress' | 'home'>;
      options: Omit<GenerateOptions, NotStored>;
      /** Without tuned settings: the recipe that it paints says what was used. Default: the setting `tuned`. */
      tuned?: 'off';
    }
  /** Enlarges `initImage`. */
  | { kind: 'upscale'; options: Omit<UpscaleOptions, 'signal' | 'onProgress' | 'image'> }
  /** artist.create(): candidates, curation, title; always filed in the gallery. `series`: it is the work at this index, and follows that series. */
  | { kind: 'create'; options: OrderOptions; series?: { id: string; index: number } };

const count = () => z.int().min(0);

export const jobPhases = ['queued', 'loading', 'encoding', 'sampling', 'decoding', 'upscaling', 'filing'] as const;

export const jobProgressSchema = z.strictObject({
  phase: z.enum(jobPhases),
  /** Index of the picture being painted, and their number. */
  image: count(),
  images: count(),
  step: count(),
  steps: count(),
  /** 0..1, of the whole job. Never decreases. */
  fraction: z.number().min(0).max(1),
  /** Seconds that remain, estimated; null: unknown yet. */
  etaSeconds: z.number().min(0).nullable(),
  /** Grows by one with every preview of this job; 0: there is none yet. */
  preview: count(),
});
export type JobProgress = z.output<typeof jobProgressSchema>;

/** What the queue stores of a picture. */
export const storedPictureSchema = z.strictObject({
  index: count(),
  /** Id of the work in the gallery; null: it was not filed. */
  work: z.string().nullable(),
  /** Path of the picture: below the gallery's folder if it was filed, else below the job's. With slashes. */
  file: z.string().regex(/^[\w-]+(\/[\w-]+)*\.\w+$/),
  format: z.enum(imageFormats),
  width: count(),
  height: count(),
  bytes: count(),
  sha256: z.string(),
  seed: z.number().nullable(),
});
export type StoredPicture = z.output<typeof storedPictureSchema>;

/** Result of a job in the queue. */
export const paintedJobSchema = z.strictObject({ pictures: z.array(storedPictureSchema), warnings: z.array(z.string()) });
export type PaintedJob = z.output<typeof paintedJobSchema>;

export interface JobPicture extends Omit<StoredPicture, 'file'> {
  /** Absolute path of the picture, in the gallery or in the job's folder. Never sent to clients. */
  path: string;
  recipe: Recipe | null;
}
