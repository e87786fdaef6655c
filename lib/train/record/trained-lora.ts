/** The LoRA file of a run: the trained tensors and everything known about their origin. */

import { packageVersion } from '../../core/index.ts';
import type { NativeTensor } from '../../engine/index.ts';
import { type LoraData, type LoraFacts, tagFrequency, type WrittenLora, writeLora } from '../../lora/index.ts';
import { countBuckets, type FramedPicture } from '../data/buckets.ts';
import type { DataSet, TrainingPicture } from '../data/data-set.ts';
import { makeDataSheet } from '../data/make-data-sheet.ts';
import type { ModelIdentity } from '../encode/model-identity.ts';
import type { MemoryChoice } from '../run/memory.ts';
import type { savedTypes } from '../settings/options.ts';
import type { TrainSettings } from '../settings/settings.ts';

export interface LoraSource {
  name: string;
  model: ModelIdentity;
  settings: TrainSettings;
  objective: 'eps' | 'v' | 'flow';
  memory: MemoryChoice;
  dataSet: DataSet;
  framed: readonly FramedPicture<TrainingPicture>[];
  savedType: (typeof savedTypes)[number];
  started: number;
}

const types = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const;
const precisions = { f32: 'float', f16: 'fp16', bf16: 'bf16' } as const;

/** Writes the LoRA files of one run. Collects the metadata that does not change only once. */
export class LoraWriter {
  readonly #source: LoraSource;
  readonly #facts: LoraFacts;
  readonly #data: LoraData;

  private constructor(source: LoraSource, version: string) {
    const { name, model, settings, objective, memory, dataSet, framed, savedType, started } = source;
    const { network, begin, buckets, captions } = settings;
    const { objective: noise = {}, optimizer } = begin;
    const size = typeof buckets.resolution === 'number' ? { width: buckets.resolution, height: buckets.resolution } : buckets.resolution;
    const convolutions = network.targets === 'conv' || network.targets === 'full';
    this.#source = source;
    this.#facts = {
      name,
      family: model.family,
      rank: network.rank,
      alpha: network.alpha,
      kind: network.kind === 'lora' && convolutions ? 'locon' : network.kind,
      ...(convolutions && { networkArgs: { conv_dim: network.convRank ?? network.rank, conv_alpha: network.convAlpha ?? network.alpha } }),
      baseModel: { name: model.name, ...(model.hash !== undefined && { hash: model.hash }) },
      ...(captions.trigger !== undefined && { trigger: captions.trigger }),
      prediction: objective === 'eps' ? 'epsilon' : objective,
      resolution: size,
      learningRate: settings.learningRate,
      ...(network.textEncoder && { textLearningRate: settings.textLearningRate }),
      optimizer: optimizer.kind,
      schedule: settings.schedule,
      warmupSteps: settings.warmup,
      maxSteps: settings.steps,
      batchSize: settings.batchSize,
      accumulation: settings.accumulation,
      precision: precisions[savedType],
      seed: settings.seed,
      noiseOffset: noise.noiseOffset,
      inputPerturbation: noise.inputPerturbation,
      minSnrGamma: noise.minSnr === 0 ? undefined : noise.minSnr,
      lossType: noise.huber === undefined ? 'l2' : 'huber',
      priorLossWeight: dataSet.pictures.some(({ role }) => role === 'class') ? settings.priorWeight : undefined,
      captionDropout: captions.captionDropout,
      tagDropout: captions.tagDropout,
      shuffleTags: captions.shuffleTags,
      keepTokens: captions.keepTokens,
      flip: buckets.flip,
      randomCrop: buckets.crop === 'random',
      checkpointing: memory.checkpointing !== 'none',
      maxGradientNorm: begin.clipNorm,
      startedAt: started,
      software: `ai-artist ${version}`,
    };
    this.#data = {
      sheet: makeDataSheet(dataSet),
      buckets: countBuckets(framed.filter(({ picture }) => picture.role === 'train')),
      tags: tagFrequency(dataSet.pictures, captions.trigger),
    };
  }

  static async create(source: LoraSource): Promise<LoraWriter> {
    return new LoraWriter(source, packageVersion());
  }

  /** Writes the LoRA of a step, for samples and checkpoints: always in f32, without a finishing time or a separate data sheet file. */
  writeInterim(path: string, tensors: readonly NativeTensor[], { step, epoch }: { step: number; epoch: number }): Promise<WrittenLora> {
    return writeLora(path, tensors, { ...this.#facts, steps: step, epoch }, this.#data, {
      type: 'F32',
      overwrite: true,
      sheetBeside: false,
    });
  }

  /** Writes the finished LoRA file with its data sheet beside it. */
  writeFinal(
    path: string,
    tensors: readonly NativeTensor[],
    { step, epoch, overwrite }: { step: number; epoch: number; overwrite: boolean },
  ): Promise<WrittenLora> {
    const facts = { ...this.#facts, steps: step, epoch, epochs: epoch, finishedAt: Date.now() };
    return writeLora(path, tensors, facts, this.#data, { type: types[this.#source.savedType], overwrite });
  }
}
