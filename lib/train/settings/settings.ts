/** The settings of one run with all defaults filled in; later code has no defaults. */
import { ArtistError, defined } from '../../core/index.ts';
import type { NativeBeginRequest, NativeNetworkRequest, NativeOptimizer, NativeTrainerInfo } from '../../engine/index.ts';
import type { ResolvedBuckets } from '../data/buckets.ts';
import type { ResolvedCaptions } from '../data/captions.ts';
import type { Schedule } from '../run/schedule.ts';
import type { OptimizerName, ResolvedTrainLora } from './options.ts';
import { defaultsFor } from './presets.ts';

/** Plain data. It is stored in the run's folder, and a resumed run must have equal settings. */
export interface TrainSettings {
  family: NativeTrainerInfo['family'];
  steps: number;
  batchSize: number;
  accumulation: number;
  seed: number;
  buckets: ResolvedBuckets;
  alphaMask: boolean;
  captions: ResolvedCaptions;
  network: NativeNetworkRequest;
  /** Without checkpointing, which changes memory use but not the numbers. */
  begin: Omit<NativeBeginRequest, 'checkpointing'>;
  learningRate: number;
  textLearningRate: number;
  schedule: Schedule;
  warmup: number;
  priorWeight: number;
  validation: { every: number; levels: number; patience: number; minDelta: number };
  samples: { every: number };
  checkpoints: { every: number; keep: number };
}

/** Translates the common option names to the optimizer's own; refuses options that the optimizer does not have. */
function optimizerOf(given: ResolvedTrainLora['optimizer']): NativeOptimizer {
  const { kind, beta1, beta2, epsilon, weightDecay } =
    typeof given === 'string' ? ({ kind: given } as Exclude<typeof given, string>) : given;
  const lacks = (name: string, value: number | undefined): void => {
    if (value !== undefined)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `optimizer.${name}: expected to be left out with ${kind}, which has no such number, got ${value}`,
      );
  };
  switch (kind) {
    case 'adamw':
      return defined({ kind, beta1, beta2, epsilon, weightDecay }) as NativeOptimizer;
    case 'lion':
      lacks('epsilon', epsilon);
      return defined({ kind, beta1, beta2, weightDecay }) as NativeOptimizer;
    case 'adafactor':
      lacks('beta2', beta2);
      lacks('epsilon', epsilon);
      return defined({ kind, beta1, weightDecay }) as NativeOptimizer;
    case 'prodigy':
      return defined({ kind, beta1, beta2, epsilon, weightDecay }) as NativeOptimizer;
  }
}

/** Numbers per trained parameter that an optimizer keeps in main memory, besides the parameter itself. */
const momentsOf: Readonly<Record<OptimizerName, number>> = { adamw: 2, lion: 1, adafactor: 1, prodigy: 4 };

/** Bytes kept in main memory for `parameters` numbers. */
export function hostBytes(parameters: number, { begin }: Pick<TrainSettings, 'begin'>): number {
  return parameters * 4 * (2 + momentsOf[begin.optimizer.kind] + ((begin.ema ?? 0) > 0 ? 1 : 0));
}

const part = (steps: number, count: number): number => Math.max(1, Math.round(steps / count));

type ModelInfo = Pick<NativeTrainerInfo, 'family' | 'maxBatch' | 'sizeMultiple' | 'objective' | 'textEncoderLora'>;

function checkAgainstModel({ network, noise }: ResolvedTrainLora, info: ModelInfo, batchSize: number): void {
  const { family, maxBatch, objective } = info;
  if (maxBatch > 0 && batchSize > maxBatch) {
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `batchSize: expected at most ${maxBatch}, which is what ${family} takes at a time, got ${batchSize}. Raise accumulation instead: it has the same effect`,
    );
  }
  if (network.textEncoder && !info.textEncoderLora)
    throw new ArtistError('ERR_UNSUPPORTED', `network.textEncoder: the text encoders of ${family} cannot be trained. Leave it out`);
  if (noise.minSnr !== undefined && noise.minSnr > 0 && objective === 'flow')
    throw new ArtistError('ERR_UNSUPPORTED', `noise.minSnr: ${family} learns flow, which has no such weights. Leave it out`);
}

type Defaults = ReturnType<typeof defaultsFor>;

function bucketsOf(options: ResolvedTrainLora, defaults: Defaults, { sizeMultiple }: ModelInfo): ResolvedBuckets {
  const { buckets, noUpscale, maxUpscale, crop, crops } = options;
  return {
    resolution: options.resolution ?? defaults.resolution,
    step: sizeMultiple,
    buckets,
    noUpscale,
    maxUpscale,
    crop,
    crops,
    flip: options.flip ?? defaults.flip,
  };
}

function networkOf({ network }: ResolvedTrainLora, defaults: Defaults, seed: number): NativeNetworkRequest {
  const rank = network.rank ?? defaults.rank;
  return defined({
    kind: network.kind,
    rank,
    alpha: network.alpha ?? rank,
    convRank: network.convRank,
    convAlpha: network.convAlpha,
    factor: network.factor,
    targets: network.targets ?? defaults.targets,
    include: network.include,
    exclude: network.exclude,
    dropout: network.dropout,
    unet: network.unet,
    textEncoder: network.textEncoder,
    seed,
  }) as NativeNetworkRequest;
}

function objectiveOf({ noise }: ResolvedTrainLora, defaults: Defaults): NonNullable<NativeBeginRequest['objective']> {
  return defined({
    sampling: noise.sampling ?? defaults.sampling,
    mean: noise.mean,
    deviation: noise.deviation,
    min: noise.min,
    max: noise.max,
    shift: noise.shift,
    noiseOffset: noise.offset,
    inputPerturbation: noise.inputPerturbation,
    minSnr: noise.minSnr ?? defaults.minSnr,
    huber: noise.huber,
  }) as NonNullable<NativeBeginRequest['objective']>;
}

/**
 * Decides every number the options left open.
 *
 * @param info of the opened model
 * @param size what the model's own page recommends, pixels
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_UNSUPPORTED: the model's family cannot do what an option asks for
 */
export function resolveSettings(
  options: ResolvedTrainLora,
  info: ModelInfo,
  { size, seed }: { size: number | undefined; seed: number },
): TrainSettings {
  const optimizer = optimizerOf(options.optimizer);
  const defaults = defaultsFor(info, options.preset, optimizer.kind, { size, steps: options.steps });
  const { steps } = defaults;
  const batchSize = options.batchSize ?? defaults.batchSize;
  checkAgainstModel(options, info, batchSize);
  const warmup = options.warmup ?? defaults.warmup;
  if (warmup > steps)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `warmup: expected at most the ${steps} steps of the run, got ${warmup}`);
  const learningRate = options.learningRate ?? defaults.learningRate;
  const { captionDropout = defaults.captionDropout, ...captions } = options.captions;
  const { every, levels, patience, minDelta } = options.validation;
  return {
    family: info.family,
    steps,
    batchSize,
    accumulation: options.accumulation,
    seed,
    buckets: bucketsOf(options, defaults, info),
    alphaMask: options.alphaMask,
    captions: { ...captions, captionDropout },
    network: networkOf(options, defaults, seed),
    begin: { optimizer, objective: objectiveOf(options, defaults), ema: options.ema, clipNorm: options.clipNorm },
    learningRate,
    textLearningRate: options.textLearningRate ?? (optimizer.kind === 'prodigy' ? learningRate : learningRate / 10),
    schedule: options.schedule ?? defaults.schedule,
    warmup,
    priorWeight: options.prior?.weight ?? 1,
    validation: { every: every ?? part(steps, 10), levels, patience, minDelta },
    samples: { every: options.samples.every ?? part(steps, 4) },
    checkpoints: { every: options.checkpoints.every ?? part(steps, 10), keep: options.checkpoints.keep },
  };
}
