import * as z from 'zod';
import { type DataSheet, dataSheetText } from './data-sheet.ts';

/** Number of pictures trained at one size. */
export interface BucketCount {
  readonly bucket: { readonly width: number; readonly height: number };
  readonly pictures: number;
}

export const bucketName = ({ width, height }: BucketCount['bucket']): string => `${width}x${height}`;

/** The tags of a caption: the parts between commas, with single spaces inside and none around them. */
export function splitTags(caption: string): string[] {
  return caption
    .split(',')
    .map((tag) => tag.replace(/\s+/g, ' ').trim())
    .filter(Boolean);
}

const text = (): z.ZodString => z.string().min(1);

/** The metadata of a LoRA file. All but the first three fields are optional; unknown values are not written. */
export const loraFacts = z.strictObject({
  /** Title and file name without ending. */
  name: text(),
  /** Our name of the family the LoRA belongs to: "sd1", "sdxl", "flux"… */
  family: text(),
  /** Rank, and alpha (the scale is alpha / rank). */
  rank: z.int().min(1),
  alpha: z.number(),
  /** How changes are stored. Default "lora". */
  kind: z.enum(['lora', 'locon', 'loha', 'lokr']).default('lora'),
  /** Further arguments of the network, e.g. { conv_dim: 8 }. */
  networkArgs: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  baseModel: z.strictObject({ name: text(), hash: z.string().optional() }).optional(),
  author: text().optional(),
  description: text().optional(),
  trigger: text().optional(),
  /** Licence of the LoRA. Default: what the data sheet says. */
  licence: text().optional(),
  /** "epsilon", "v", "flow". */
  prediction: z.enum(['epsilon', 'v', 'flow']).optional(),
  resolution: z.strictObject({ width: z.int(), height: z.int() }).optional(),
  learningRate: z.number().optional(),
  textLearningRate: z.number().optional(),
  optimizer: text().optional(),
  schedule: text().optional(),
  warmupSteps: z.int().optional(),
  maxSteps: z.int().optional(),
  /** Steps and epochs at which this file was saved. */
  steps: z.int().optional(),
  epoch: z.int().optional(),
  epochs: z.int().optional(),
  batchSize: z.int().optional(),
  accumulation: z.int().optional(),
  precision: z.enum(['float', 'fp16', 'bf16']).optional(),
  seed: z.int().optional(),
  clipSkip: z.int().optional(),
  noiseOffset: z.number().optional(),
  inputPerturbation: z.number().optional(),
  minSnrGamma: z.number().optional(),
  priorLossWeight: z.number().optional(),
  lossType: text().optional(),
  captionDropout: z.number().optional(),
  tagDropout: z.number().optional(),
  shuffleTags: z.boolean().optional(),
  keepTokens: z.int().optional(),
  flip: z.boolean().optional(),
  randomCrop: z.boolean().optional(),
  checkpointing: z.boolean().optional(),
  maxGradientNorm: z.number().optional(),
  /** Times in milliseconds since 1970. */
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  comment: text().optional(),
  /** Program and version, e.g. "ai-artist 0.1.0". */
  software: text().optional(),
});
export type LoraFacts = z.input<typeof loraFacts>;
export type ResolvedLoraFacts = z.output<typeof loraFacts>;

/** Facts of the data set for the metadata. */
export interface LoraData {
  readonly sheet?: DataSheet;
  readonly buckets?: readonly BucketCount[];
  /** concept -> tag -> count, see tagFrequency(). */
  readonly tags?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Family names in kohya's metadata (ss_base_model_version) and Stability's modelspec (architecture). */
const families: Readonly<Record<string, { base: string; architecture: string }>> = {
  sd1: { base: 'sd_v1', architecture: 'stable-diffusion-v1' },
  // The layouts of SD 1 with fewer blocks: the bundled model is one.
  'sdxs-512': { base: 'sd_v1', architecture: 'stable-diffusion-v1' },
  'sdxs-09': { base: 'sd_v1', architecture: 'stable-diffusion-v1' },
  'sd1-tiny-unet': { base: 'sd_v1', architecture: 'stable-diffusion-v1' },
  sd2: { base: 'sd_v2', architecture: 'stable-diffusion-v2-512' },
  'sd2-tiny-unet': { base: 'sd_v2', architecture: 'stable-diffusion-v2-512' },
  sdxl: { base: 'sdxl_base_v1-0', architecture: 'stable-diffusion-xl-v1-base' },
  sd3: { base: 'sd3', architecture: 'stable-diffusion-3' },
  flux: { base: 'flux1', architecture: 'flux-1-dev' },
  chroma: { base: 'chroma', architecture: 'chroma' },
  'z-image': { base: 'z_image', architecture: 'z-image' },
};

const modules: Readonly<Record<ResolvedLoraFacts['kind'], { module: string; args: Readonly<Record<string, string>> }>> = {
  lora: { module: 'networks.lora', args: {} },
  locon: { module: 'networks.lora', args: {} },
  loha: { module: 'lycoris.kohya', args: { algo: 'loha' } },
  lokr: { module: 'lycoris.kohya', args: { algo: 'lokr' } },
};

/** Most bytes of the tag table; larger ones lose their rare tags. */
const maxTagBytes = 32 * 1024;

/**
 * How often each tag occurs, by concept: kohya's ss_tag_frequency, from which programs guess trigger words.
 *
 * @param pictures pictures with the captions of the data set
 */
export function tagFrequency(
  pictures: readonly { readonly caption: string; readonly concept: string; readonly repeats: number; readonly role: string }[],
  trigger?: string,
): Record<string, Record<string, number>> {
  const concepts = new Map<string, Map<string, number>>();
  for (const { caption, concept, repeats, role } of pictures) {
    if (role !== 'train') continue;
    const folder = concept === '' ? 'pictures' : `${repeats}_${concept}`;
    const counts = concepts.get(folder) ?? new Map<string, number>();
    concepts.set(folder, counts);
    const tags = splitTags(caption);
    for (const tag of new Set(trigger === undefined ? tags : [trigger, ...tags])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return Object.fromEntries(
    [...concepts].map(([folder, counts]) => [
      folder,
      Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))),
    ]),
  );
}

function tagsText(tags: NonNullable<LoraData['tags']>): string {
  let most = Math.max(0, ...Object.values(tags).map((counts) => Object.keys(counts).length));
  const table = (): string =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(tags).map(([folder, counts]) => [folder, Object.fromEntries(Object.entries(counts).slice(0, most))]),
      ),
    );
  while (most > 1 && Buffer.byteLength(table()) > maxTagBytes) most = Math.floor(most / 2);
  return table();
}

type Fields = Record<string, string | number | boolean | undefined>;

/** Python's spelling, which readers of ss_* expect. */
const flag = (value: boolean | undefined): string | undefined => (value === undefined ? undefined : value ? 'True' : 'False');

const seconds = (time: number | undefined): string | undefined => (time === undefined ? undefined : String(time / 1000));

function networkFields(facts: ResolvedLoraFacts): Fields {
  const { module, args } = modules[facts.kind];
  const given = Object.fromEntries(Object.entries(facts.networkArgs).map(([key, value]) => [key, String(value)]));
  return {
    ss_v2: facts.family.startsWith('sd2') ? 'True' : 'False',
    ss_base_model_version: families[facts.family]?.base ?? facts.family,
    ss_network_module: module,
    ss_network_dim: facts.rank,
    ss_network_alpha: facts.alpha,
    ss_network_args: JSON.stringify({ ...args, ...given }),
    ss_output_name: facts.name,
    ss_sd_model_name: facts.baseModel?.name,
    ss_new_sd_model_hash: facts.baseModel?.hash,
  };
}

function runFields(facts: ResolvedLoraFacts, { sheet }: LoraData): Fields {
  const { resolution } = facts;
  return {
    ss_learning_rate: facts.learningRate,
    ss_unet_lr: facts.learningRate,
    ss_text_encoder_lr: facts.textLearningRate,
    ss_optimizer: facts.optimizer,
    ss_lr_scheduler: facts.schedule,
    ss_lr_warmup_steps: facts.warmupSteps,
    ss_max_train_steps: facts.maxSteps,
    ss_steps: facts.steps,
    ss_epoch: facts.epoch,
    ss_num_epochs: facts.epochs,
    ss_num_train_images: sheet?.pictures.train,
    ss_num_reg_images: sheet?.pictures.class,
    ss_num_validation_images: sheet?.pictures.validation,
    ss_resolution: resolution && `(${resolution.width}, ${resolution.height})`,
    ss_batch_size_per_device: facts.batchSize,
    ss_total_batch_size: facts.batchSize,
    ss_gradient_accumulation_steps: facts.accumulation,
    ss_gradient_checkpointing: flag(facts.checkpointing),
    ss_mixed_precision: facts.precision === 'float' ? 'no' : facts.precision,
    ss_max_grad_norm: facts.maxGradientNorm,
    ss_seed: facts.seed,
    ss_clip_skip: facts.clipSkip,
    ss_noise_offset: facts.noiseOffset,
    ss_ip_noise_gamma: facts.inputPerturbation,
    ss_min_snr_gamma: facts.minSnrGamma,
    ss_prior_loss_weight: facts.priorLossWeight,
    ss_loss_type: facts.lossType,
  };
}

function dataFields(facts: ResolvedLoraFacts, { buckets, tags }: LoraData): Fields {
  return {
    ss_caption_dropout_rate: facts.captionDropout,
    ss_caption_tag_dropout_rate: facts.tagDropout,
    ss_shuffle_caption: flag(facts.shuffleTags),
    ss_keep_tokens: facts.keepTokens,
    ss_flip_aug: flag(facts.flip),
    ss_random_crop: flag(facts.randomCrop),
    ss_enable_bucket: buckets && flag(buckets.length > 1),
    ss_bucket_info:
      buckets &&
      JSON.stringify({
        buckets: Object.fromEntries(
          buckets.map(({ bucket, pictures }, index) => [index, { resolution: [bucket.width, bucket.height], count: pictures }]),
        ),
      }),
    ss_tag_frequency: tags && tagsText(tags),
  };
}

function modelspecFields(facts: ResolvedLoraFacts, { sheet }: LoraData, tensorHash: string): Fields {
  const finished = facts.finishedAt ?? facts.startedAt;
  return {
    'modelspec.sai_model_spec': '1.0.0',
    'modelspec.architecture': `${families[facts.family]?.architecture ?? facts.family}/lora`,
    'modelspec.implementation': 'stable-diffusion.cpp',
    'modelspec.title': facts.name,
    'modelspec.author': facts.author,
    'modelspec.description': facts.description,
    'modelspec.date': finished === undefined ? undefined : new Date(finished).toISOString(),
    'modelspec.license': facts.licence ?? (sheet && sheet.licence.id !== 'own' ? sheet.licence.id : undefined),
    'modelspec.trigger_phrase': facts.trigger,
    'modelspec.prediction_type': facts.prediction === 'flow' ? undefined : facts.prediction,
    'modelspec.resolution': facts.resolution && bucketName(facts.resolution),
    'modelspec.hash_sha256': `0x${tensorHash}`,
  };
}

/**
 * The metadata of a LoRA file, all strings: `ss_*` as kohya's trainer names them, `modelspec.*` of Stability's model spec 1.0.0, and our data
 * sheet under `ai_artist.data_sheet`.
 *
 * @param tensorHash SHA-256 of the tensor data, hex
 */
export function loraMetadata(facts: ResolvedLoraFacts, data: LoraData, tensorHash: string): Record<string, string> {
  const fields: Fields = {
    ...networkFields(facts),
    ...runFields(facts, data),
    ...dataFields(facts, data),
    ss_training_started_at: seconds(facts.startedAt),
    ss_training_finished_at: seconds(facts.finishedAt),
    ss_training_comment: facts.comment,
    sshs_model_hash: tensorHash,
    ...modelspecFields(facts, data, tensorHash),
    'ai_artist.family': facts.family,
    'ai_artist.software': facts.software,
    'ai_artist.data_sheet': data.sheet && dataSheetText(data.sheet),
  };
  return Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
}
