/** Defaults of omitted options, by the model's family and by what is to be learned. Sources: docs/train.md. */
import type { NativeTrainerInfo } from '../../engine/index.ts';
import type { Schedule } from '../run/schedule.ts';
import type { targetSets } from './network-rows.ts';
import type { OptimizerName, Preset } from './options.ts';

type Family = NativeTrainerInfo['family'];

interface FamilyDefaults {
  /** Pixels; a model's own recommendation takes precedence. */
  resolution: number;
  /** Learning rate for AdamW. */
  learningRate: number;
  batchSize: number;
  /** Steps for the preset `style`. */
  steps: number;
  minSnr: number;
  sampling: 'uniform' | 'logit-normal';
}

const latentDiffusion: FamilyDefaults = { resolution: 512, learningRate: 1e-4, batchSize: 2, steps: 1500, minSnr: 5, sampling: 'uniform' };
const flow: FamilyDefaults = { resolution: 512, learningRate: 1e-4, batchSize: 1, steps: 1500, minSnr: 0, sampling: 'logit-normal' };

const families: Readonly<Record<Family, FamilyDefaults>> = {
  sd1: latentDiffusion,
  sd2: latentDiffusion,
  // The bundled model: small enough for large batches; never distilled, so it needs larger steps.
  sdxs: { ...latentDiffusion, learningRate: 1e-3, batchSize: 4, steps: 400 },
  sdxl: { ...latentDiffusion, resolution: 1024, batchSize: 1 },
  sd3: { ...flow, resolution: 1024 },
  flux: flow,
  'z-image': flow,
};

interface PresetDefaults {
  rank: number;
  targets: (typeof targetSets)[number];
  flip: boolean;
  captionDropout: number;
  schedule: Schedule;
  /** Warm-up as a share of the run. */
  warmup: number;
  /** Factors on the family's steps and learning rate. */
  steps: number;
  learningRate: number;
}

const presetDefaults: Readonly<Record<Preset, PresetDefaults>> = {
  style: { rank: 16, targets: 'default', flip: true, captionDropout: 0.1, schedule: 'cosine', warmup: 0.05, steps: 1, learningRate: 1 },
  subject: { rank: 16, targets: 'default', flip: false, captionDropout: 0, schedule: 'cosine', warmup: 0.05, steps: 0.6, learningRate: 1 },
  fast: {
    rank: 8,
    targets: 'attention',
    flip: true,
    captionDropout: 0.05,
    schedule: 'constant',
    warmup: 0.02,
    steps: 0.2,
    learningRate: 2,
  },
};

/**
 * Factors on the learning rate. Lion's update has the length of the learning rate in every direction and needs a smaller one
 * (arXiv 2302.06675, section 5). Prodigy finds its own.
 */
const optimizerFactors: Readonly<Record<Exclude<OptimizerName, 'prodigy'>, number>> = { adamw: 1, lion: 0.2, adafactor: 1 };

export interface Defaults
  extends Omit<FamilyDefaults, 'steps' | 'learningRate'>,
    Omit<PresetDefaults, 'steps' | 'learningRate' | 'warmup'> {
  steps: number;
  learningRate: number;
  /** Warm-up steps. */
  warmup: number;
}

/**
 * @param size the size that the model's own page recommends, pixels
 * @param steps steps of the run, if given: warm-up is a share of them
 */
export function defaultsFor(
  { family, maxBatch }: Pick<NativeTrainerInfo, 'family' | 'maxBatch'>,
  preset: Preset,
  optimizer: OptimizerName,
  { size, steps: given }: { size?: number | undefined; steps?: number | undefined } = {},
): Defaults {
  const base = families[family];
  const wanted = presetDefaults[preset];
  const steps = given ?? Math.round(base.steps * wanted.steps);
  return {
    ...base,
    ...wanted,
    resolution: size ?? base.resolution,
    batchSize: maxBatch > 0 ? Math.min(base.batchSize, maxBatch) : base.batchSize,
    steps,
    learningRate: optimizer === 'prodigy' ? 1 : base.learningRate * wanted.learningRate * optimizerFactors[optimizer],
    warmup: Math.floor(steps * wanted.warmup),
  };
}
