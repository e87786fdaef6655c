/** What tune() takes and answers. */
import * as z from 'zod';
import type { Spread } from '../bench/index.ts';
import { listener, loadModelOptions, optionTables, signal } from '../engine/index.ts';
import type { TunedOption } from './settings.ts';
import type { Tuning } from './store.ts';

/** Least PSNR of a picture with other settings to that with the defaults, dB: without lossy settings, and with them. */
export const leastPsnr = { equal: 40, lossy: 30 } as const;

/** What became of one value of one option. */
export interface Trial {
  option: TunedOption;
  value: unknown;
  /** Whether such a setting changes pictures visibly by its nature: fewer bits, or steps that are skipped. */
  isLossy: boolean;
  /** chosen: faster, and alike. no-gain: slower, or faster within the noise. different: beyond the bound. failed: the engine refused it. */
  verdict: 'chosen' | 'no-gain' | 'different' | 'failed';
  /** Seconds of a picture: with what was best before, and with this. */
  before?: Spread;
  after?: Spread;
  /** To the defaults, of the picture that differs most, dB; null: exact. */
  psnr?: number | null;
  /** Mean similarity of pictures and prompts: of the defaults, and of these. */
  clip?: { before: number; after: number };
  reason?: string;
}

export interface TuneReport {
  tuning: Tuning;
  trials: Trial[];
  /** Whether it was written: not with `dryRun`. */
  isStored: boolean;
}

/** What is tried now; `of` counts the trials that are planned. */
export interface TuneEvent {
  text: string;
  at: number;
  of: number;
}

const { width, height, steps } = optionTables.generate;

export const tuneOptions = z.strictObject({
  /** The model and the device: options of loadModel(). */
  load: loadModelOptions.optional(),
  width: width.schema,
  height: height.schema,
  steps: steps.schema,
  /** Timed pictures of each setting and of what it is compared with, 1..100. Default 5. */
  repeats: z.int().min(1).max(100).default(5),
  /** Minutes after which nothing new is tried, above 0 up to 1440. Default 10. */
  minutes: z.number().gt(0).max(1440).default(10),
  /** Also try settings that lose quality by their nature: weights of fewer bits, bf16, steps that are skipped. Default false. */
  allowLoss: z.boolean().default(false),
  /** Least PSNR to the picture of the defaults, dB, 0..100. Default 40; with `allowLoss` 30. */
  minPsnr: z.number().min(0).max(100).optional(),
  /** CLIP that judges the pictures too. Default: the bundled one for the bundled model, none for others. */
  clip: z.string().min(1).optional(),
  /** Measure, and store nothing. Default false. */
  dryRun: z.boolean().default(false),
  /** Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home: z.string().min(1).optional(),
  signal: signal.optional(),
  onProgress: listener<TuneEvent>().optional(),
  /** Hears of a damaged store, which is set aside. Default: process.emitWarning(). */
  onWarning: listener<string>().optional(),
});
export type TuneOptions = z.input<typeof tuneOptions>;
export type ResolvedTune = z.output<typeof tuneOptions> & { home: string; leastPsnr: number };
