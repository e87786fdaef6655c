/** Options of trainLora(): one row each, see lib/engine/options/row.ts. The preset and the model's family set the defaults of omitted ones: presets.ts. */
import * as z from 'zod';
import { listener, maxSeed, optionTables, path, rows, shapeOf, signal } from '../../engine/index.ts';
import type { TrainEvent } from '../run/events.ts';
import { schedules } from '../run/schedule.ts';
import { dataRows } from './data-rows.ts';
import { networkRows, noiseRows } from './network-rows.ts';
import { checkpointRows, priorRows, sampleRows, validationRows } from './watch-rows.ts';

export const presets = ['style', 'subject', 'fast'] as const;
/** `style`: how things look; `subject`: one thing or being, without mirroring; `fast`: a first look in a fifth of the steps. */
export type Preset = (typeof presets)[number];

export const optimizers = ['adamw', 'lion', 'adafactor', 'prodigy'] as const;
export type OptimizerName = (typeof optimizers)[number];
export const checkpointings = ['auto', 'none', 'blocks', 'fine'] as const;
export const savedTypes = ['f32', 'f16', 'bf16'] as const;

const rate = z.number().gt(0).max(10);
const {
  model,
  diffusionModel,
  clipL,
  clipG,
  t5xxl,
  llm,
  vae,
  tae,
  threads,
  weightType,
  tensorTypeRules,
  prediction,
  backend,
  paramsBackend,
} = optionTables.loadModel;
const device = 'Memory and device';
const learning = 'Learning';
const output = 'Output';

/** Files of the model, as in loadModel(). */
const fileRows = rows({ model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae });

/** What a resumed run may choose anew, because it changes no number. */
export const deviceRows = rows({
  threads,
  backend,
  paramsBackend,
  /**
   * Recompute activations in the backward pass to save memory: `blocks` a little, `fine` most. Same numbers. Default auto: the fastest that
   * fits.
   */
  checkpointing: {
    schema: z.enum(checkpointings).default('auto'),
    help: 'Recompute activations to save memory',
    group: device,
  },
});

const optimizerRows = rows({
  /** The method. */
  kind: { schema: z.enum(optimizers), help: 'Optimizer', default: 'adamw', flag: 'optimizer' },
  /** Decay of the first moment, 0..0.9999999, for AdamW, Lion, Adafactor and Prodigy. Default: the method's own. */
  beta1: { schema: z.number().min(0).max(0.9999999).optional(), help: 'Decay of the first moment', flag: false },
  /** Decay of the second moment, 0..0.9999999. Default: the method's own. */
  beta2: { schema: z.number().min(0).max(0.9999999).optional(), help: 'Decay of the second moment', flag: false },
  /** Added to the divisor, 1e-30..1. Default: the method's own. */
  epsilon: { schema: z.number().min(1e-30).max(1).optional(), help: 'Added to the divisor', flag: false },
  /** Decoupled weight decay, 0..1. Default: the method's own. */
  weightDecay: {
    schema: z.number().min(0).max(1).optional(),
    help: 'Decoupled weight decay',
    default: "the method's own",
    flag: 'weight-decay',
  },
});

const learningRows = rows({
  /** What to learn; sets the defaults. Default style. */
  preset: { schema: z.enum(presets).default('style'), help: 'What to learn', group: learning },
  /** Optimizer steps, 1..1000000. Default: by preset, family and number of pictures. */
  steps: { schema: z.int().min(1).max(1_000_000).optional(), help: 'Optimizer steps', default: 'by preset and family', group: learning },
  /** Pictures per micro-batch, 1..256. Default: by preset and family. */
  batchSize: {
    schema: z.int().min(1).max(256).optional(),
    help: 'Pictures per micro-batch',
    default: 'by family',
    group: learning,
    aliases: ['batch'],
  },
  /** Micro-batches per step, 1..1024: the effect of a larger batch without its memory. Default 1. */
  accumulation: { schema: z.int().min(1).max(1024).default(1), help: 'Micro-batches per step', group: learning },
  /** The method, or its settings. Default adamw. */
  optimizer: {
    schema: z
      .union([z.enum(optimizers), z.strictObject(shapeOf(optimizerRows))], {
        error: `one of ${optimizers.join(', ')}, or an object with kind`,
      })
      .default('adamw'),
    help: 'Optimizer, or its settings',
    flag: false,
    group: learning,
    fields: optimizerRows,
  },
  /** Learning rate. Above 0 up to 10. Default: by family and optimizer. */
  learningRate: { schema: rate.optional(), help: 'Learning rate', default: 'by family and method', group: learning },
  /** Learning rate of the text encoders. Above 0 up to 10. Default: a tenth of learningRate. */
  textLearningRate: {
    schema: rate.optional(),
    help: 'Learning rate of the text encoders',
    default: 'a tenth of --learning-rate',
    group: learning,
  },
  /** How the learning rate falls. Default: by preset. */
  schedule: { schema: z.enum(schedules).optional(), help: 'Schedule of the learning rate', default: 'by preset', group: learning },
  /** Steps over which the learning rate rises, 0 or more. Default: by preset. */
  warmup: { schema: z.int().min(0).optional(), help: 'Warm-up steps of the learning rate', default: 'by preset', group: learning },
  /** Maximum norm of the gradient, 0..1000; 0: no limit. Default 1. */
  clipNorm: { schema: z.number().min(0).max(1000).default(1), help: 'Maximum norm of the gradient; 0: no limit', group: learning },
  /** Decay of a moving average of the weights, 0..0.9999999, e.g. 0.99; the average is saved. 0: no average. Default 0. */
  ema: {
    schema: z.number().min(0).max(0.9999999).default(0),
    help: 'Decay of a moving average of the weights; 0: none',
    group: learning,
  },
  /** Seed for everything random, 0..2^53-1. Default: drawn. */
  seed: {
    schema: z.int().min(0).max(maxSeed).optional(),
    help: 'Seed of all random draws',
    default: 'random, and stored with the run',
    group: learning,
  },
});

const partRows = rows({
  /** The network that is trained. */
  network: {
    schema: z.strictObject(shapeOf(networkRows)).prefault({}),
    help: 'The network that is trained',
    flag: false,
    group: 'Network',
    fields: networkRows,
  },
  /** Noise and loss. */
  noise: {
    schema: z.strictObject(shapeOf(noiseRows)).prefault({}),
    help: 'Noise and loss',
    flag: false,
    group: 'Noise and loss',
    fields: noiseRows,
  },
  /** Adds class pictures to the training, so that the class does not turn into the subject. Default: none. */
  prior: {
    schema: z.strictObject(shapeOf(priorRows)).optional(),
    help: 'Class pictures for prior preservation',
    flag: false,
    group: 'Prior preservation',
    fields: priorRows,
  },
  /** Pictures held out to measure what was learned. */
  validation: {
    schema: z.strictObject(shapeOf(validationRows)).prefault({}),
    help: 'Pictures held out',
    flag: false,
    group: 'Watching',
    fields: validationRows,
  },
  /** Pictures painted during the run. */
  samples: {
    schema: z.strictObject(shapeOf(sampleRows)).prefault({}),
    help: 'Pictures painted during the run',
    flag: false,
    group: 'Watching',
    fields: sampleRows,
  },
  /** States of the run from which it can be resumed. */
  checkpoints: {
    schema: z.strictObject(shapeOf(checkpointRows)).prefault({}),
    help: 'States from which the run can be resumed',
    flag: false,
    group: output,
    fields: checkpointRows,
  },
});

const outputRows = rows({
  /** Name of the LoRA. Default: the name of the data folder. */
  name: {
    schema: z
      .string()
      .regex(/^[\w][\w .-]{0,99}$/, { error: 'expected letters, digits, blanks, ".", "-" and "_"' })
      .optional(),
    help: 'Name of the LoRA',
    default: 'name of the folder',
    group: output,
  },
  /** Path of the LoRA file (.safetensors). Default: <home>/loras/<name>.safetensors, where generate() finds it by name. */
  out: { schema: path.optional(), help: 'LoRA file to write', default: 'loras/<name>.safetensors in the home folder', group: output },
  /** Replace an existing file at `out`. Default false. */
  overwrite: { schema: z.boolean().default(false), help: 'Replace an existing file', group: output, flag: 'force' },
  /** Type of the values in the file. f32 paints exactly what was trained; f16 is half the size. Default f32. */
  savedType: { schema: z.enum(savedTypes).default('f32'), help: 'Number type of the file', group: output },
  /** Folder of the run, for log, checkpoints and samples. Default: a new one in <home>/training. */
  runFolder: {
    schema: path.optional(),
    help: 'Folder for log, checkpoints and samples',
    default: 'a new one in the home folder',
    group: output,
  },
});

/** Every option of trainLora(). */
export const trainRows = rows({
  ...learningRows,
  ...dataRows,
  ...partRows,
  ...outputRows,
  ...fileRows,
  /** Type for the frozen weights; the LoRA is always trained in f32. q8_0 needs half the memory of f16. Default: as in the file. */
  weightType: { ...weightType, help: 'Number type of the frozen weights' },
  tensorTypeRules,
  prediction,
  ...deviceRows,
  /** Home folder. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home: { schema: path.optional(), help: 'Home folder', flag: false },
  /** Cancels the run; it rejects with `signal.reason` when native work has ended. The last checkpoint stays. */
  signal: { schema: signal.optional(), help: 'Cancels', flag: false },
  /** Called with each event. A listener that throws cancels the run. */
  onProgress: { schema: listener<TrainEvent>().optional(), help: 'Called with each event', flag: false },
});

export const trainLoraOptions = z.strictObject(shapeOf(trainRows)).check((context) => {
  const { model, diffusionModel, noise: levels, network: net, validation: held } = context.value;
  const refuse = (at: string[], input: unknown, message: string): void => {
    context.issues.push({ code: 'custom', path: at, input, message });
  };
  if (model !== undefined && diffusionModel !== undefined)
    refuse(['diffusionModel'], diffusionModel, 'expected to stand alone, got model as well: give one of the two');
  if ((levels.min ?? 0) >= (levels.max ?? 1))
    refuse(['noise', 'max'], levels.max, `expected more than noise.min (${levels.min ?? 0}), got ${levels.max ?? 1}`);
  if (!net.unet && !net.textEncoder)
    refuse(['network', 'unet'], net.unet, 'expected true, or network.textEncoder beside it: nothing would be trained');
  if (held.patience > 0 && held.pictures === 0)
    refuse(
      ['validation', 'patience'],
      held.patience,
      'expected validation.pictures beside it, got 0: it stops by the loss of held-out pictures',
    );
});
export type TrainLoraOptions = z.input<typeof trainLoraOptions>;
export type ResolvedTrainLora = z.output<typeof trainLoraOptions>;
