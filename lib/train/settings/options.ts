/** Options of trainLora(). The preset and the model's family set the defaults of omitted ones: see presets.ts. */
import * as z from 'zod';
import { listener, maxSeed, path, predictions, signal, weightTypes } from '../../engine/index.ts';
import { captionOptions } from '../data/captions.ts';
import type { TrainEvent } from '../run/events.ts';
import { schedules } from '../run/schedule.ts';

export const presets = ['style', 'subject', 'fast'] as const;
/** `style`: how things look; `subject`: one thing or being, without mirroring; `fast`: a first look in a fifth of the steps. */
export type Preset = (typeof presets)[number];

export const networkKinds = ['lora', 'loha', 'lokr'] as const;
export const targetSets = ['default', 'attention', 'conv', 'full'] as const;
export const optimizers = ['adamw', 'lion', 'adafactor', 'prodigy'] as const;
export type OptimizerName = (typeof optimizers)[number];
export const checkpointings = ['auto', 'none', 'blocks', 'fine'] as const;
export const savedTypes = ['f32', 'f16', 'bf16'] as const;

const share = (): z.ZodNumber => z.number().min(0).max(1);
const rate = (): z.ZodNumber => z.number().gt(0).max(10);

/** Files of a model in several parts, as in loadModel(). */
const files = () => ({
  /** Alias or path of the model to train for, or a Diffusers folder. Default: the bundled model. */
  model: path.optional(),
  diffusionModel: path.optional(),
  clipL: path.optional(),
  clipG: path.optional(),
  t5xxl: path.optional(),
  llm: path.optional(),
  vae: path.optional(),
  tae: path.optional(),
});

const tuning = () => ({
  /** CPU threads, 1..512. Default: physical cores minus one, at least 1. */
  threads: z.int().min(1).max(512).optional(),
  /** Type for the frozen weights; the LoRA is always trained in f32. q8_0 needs half the memory of f16. Default: as in the file. */
  weightType: z.enum(weightTypes).optional(),
  /** Maps regular expressions over tensor names to weight types; the first match overrides `weightType`. */
  tensorTypeRules: z.record(z.string().min(1), z.enum(weightTypes)).optional(),
  /** What the network predicts. Default: detected; set it for v-prediction checkpoints without that information. */
  prediction: z.enum(predictions).optional(),
  /** Device for computing, by its name in listDevices(). Default: the best device present. */
  backend: path.optional(),
  /** Device for the weights. Default: the same. */
  paramsBackend: path.optional(),
  /**
   * Recompute activations in the backward pass to save memory: `blocks` a little, `fine` most. Same numbers. Default auto: the fastest that
   * fits.
   */
  checkpointing: z.enum(checkpointings).default('auto'),
});

const data = () => ({
  /**
   * Folder with the pictures. Captions are in files beside them (name.txt), in metadata.jsonl, or in the file names. Folders `10_name`
   * repeat.
   */
  data: path,
  /** Licence of all pictures that state none: "own", "permission", an SPDX id. Default: such pictures are refused. */
  licence: z.string().min(1).optional(),
  /** Permit licences that forbid commercial use; the LoRA inherits the condition. Default false. */
  nonCommercial: z.boolean().default(false),
  /** Leave out pictures that cannot be read or are too small, with a warning. Default false: they are refused. */
  skipUnusable: z.boolean().default(false),
  /** Edge in pixels of the square whose area pictures are scaled to. Default: the model's own size. */
  resolution: z.int().min(64).max(4096).optional(),
  /** true: pictures keep their proportions, in buckets of about equal area. false: all are cropped to the square. Default true. */
  buckets: z.boolean().default(true),
  /** Never enlarge pictures: small ones get buckets of their own size. Default false. */
  noUpscale: z.boolean().default(false),
  /** Pictures that would be enlarged by more than this factor are refused as too small. Default 2. */
  maxUpscale: z.number().min(1).max(64).default(2),
  /** Which part of a picture to keep if it is larger than its bucket. `random`: `crops` different parts. Default centre. */
  crop: z.enum(['centre', 'random']).default('centre'),
  /** Number of random crops per picture. Default 4. */
  crops: z.int().min(1).max(64).default(4),
  /** Mirror pictures at random. Default: by preset; off for subjects, whose two sides differ. */
  flip: z.boolean().optional(),
  /** Use transparency as the mask of a picture without a `name.mask.png`. Default false: transparent areas become white. */
  alphaMask: z.boolean().default(false),
  captions: z
    .strictObject({
      ...captionOptions.shape,
      /** Share of steps without a caption, 0..1. Default: by preset. */
      captionDropout: share().optional(),
    })
    .prefault({}),
});

const network = () =>
  z.strictObject({
    /** Kind of network. LoHa and LoKr are LyCORIS' products of small matrices. Default lora. */
    kind: z.enum(networkKinds).default('lora'),
    /** Width of the low-rank matrices, 1..1024. Default: by preset and family. */
    rank: z.int().min(1).max(1024).optional(),
    /** The network's output is scaled by alpha / rank. Default: rank. */
    alpha: z.number().gt(0).max(4096).optional(),
    /** Rank for convolutions larger than 1x1. Default: `rank`. */
    convRank: z.int().min(1).max(1024).optional(),
    convAlpha: z.number().gt(0).max(4096).optional(),
    /** LoKr: largest size of the small matrix. Default 8. */
    factor: z.int().min(2).max(1024).optional(),
    /**
     * Layers to train: default = attention and feed-forward, attention, conv = default and the convolutions, full = all. Default: by
     * preset.
     */
    targets: z.enum(targetSets).optional(),
    /** Patterns over layer names (`*`, `?`, or /regular expression/), instead of `targets`. */
    include: z.array(z.string().min(1)).min(1).optional(),
    /** Patterns over names of layers to leave out. */
    exclude: z.array(z.string().min(1)).min(1).optional(),
    /** Share of the ranks left out per picture and step, 0 <= dropout < 1. Default 0. */
    dropout: z.number().min(0).lt(1).default(0),
    /** Also train the text encoders (CLIP families), for new words. Default false. */
    textEncoder: z.boolean().default(false),
    /** false: train only the text encoders. Default true. */
    unet: z.boolean().default(true),
  });

const noise = () =>
  z.strictObject({
    /** Distribution of noise levels: uniform, or logit-normal with most in the middle. Default: by family. */
    sampling: z.enum(['uniform', 'logit-normal']).optional(),
    /** Mean and standard deviation of logit-normal. Default 0 and 1. */
    mean: z.number().min(-10).max(10).optional(),
    deviation: z.number().gt(0).max(10).optional(),
    /** Range of noise levels to train: 0 = picture, 1 = noise. Default 0 and 1. */
    min: share().optional(),
    max: share().optional(),
    /** Shifts the distribution to noisier levels (flow families). Default: the family's own. */
    shift: z.number().gt(0).max(100).optional(),
    /** Offset to the noise of each channel, for very dark and bright pictures. Default 0. */
    offset: z.number().min(0).max(1).optional(),
    /** Extra noise on the network's input but not its target (arXiv 2301.11706). Default 0. */
    inputPerturbation: z.number().min(0).max(1).optional(),
    /** Gamma of min-SNR weighting (arXiv 2303.09556); 0: off. Default: 5 for eps and v, off for flow. */
    minSnr: z.number().min(0).max(100).optional(),
    /** Constant of the pseudo-Huber loss, which is less sensitive to outliers. Default: squared error. */
    huber: z.number().gt(0).max(100).optional(),
  });

const optimizer = () =>
  z.strictObject({
    kind: z.enum(optimizers),
    /** Decay of moments, for AdamW, Lion, Adafactor (beta1) and Prodigy. Default: the method's own. */
    beta1: z.number().min(0).lt(1).optional(),
    beta2: z.number().min(0).lt(1).optional(),
    epsilon: z.number().gt(0).max(1).optional(),
    weightDecay: z.number().min(0).max(1).optional(),
  });

const prior = () =>
  z.strictObject({
    /** Prompt for the class: "a dog" when "sks dog" is learned. */
    prompt: z.string().min(1),
    /** Folder of class pictures. Default: the model paints them. */
    folder: path.optional(),
    /** Number of pictures to paint if there is no folder, 1..1000. Default 50. */
    count: z.int().min(1).max(1000).default(50),
    /** Weight of the class pictures' loss. Default 1. */
    weight: z.number().gt(0).max(10).default(1),
  });

const validation = () =>
  z.strictObject({
    /** Pictures to hold out: a share below 1, or a number. Default 0: none. */
    pictures: z.number().min(0).max(100_000).default(0),
    /** Steps between two validations. Default: a tenth of the run. */
    every: z.int().min(1).optional(),
    /** Noise levels per picture, spread evenly. Default 4. */
    levels: z.int().min(1).max(64).default(4),
    /** Stop after this many validations without improvement; 0: never. Default 0. */
    patience: z.int().min(0).max(1000).default(0),
    /** Share by which the loss must fall to count as an improvement. Default 0. */
    minDelta: share().default(0),
  });

const samples = () =>
  z.strictObject({
    /** Steps between two sample strips; 0: none. Default: a quarter of the run. */
    every: z.int().min(0).optional(),
    /** Prompts to paint. Default: captions of the data set. */
    prompts: z.array(z.string()).min(1).max(16).optional(),
    /** Seed of the first picture; the others count up from it. Default 1. */
    seed: z.int().min(0).max(maxSeed).default(1),
    /** Sampling steps. Default: the model's own. */
    steps: z.int().min(1).max(200).optional(),
    cfgScale: z.number().min(0).max(50).optional(),
  });

const checkpoints = () =>
  z.strictObject({
    /** Steps between two checkpoints. Default: a tenth of the run. */
    every: z.int().min(1).optional(),
    /** Number of checkpoints to keep; the newest stay. Default 2. */
    keep: z.int().min(1).max(1000).default(2),
  });

export const trainLoraOptions = z
  .strictObject({
    ...files(),
    ...tuning(),
    ...data(),
    /** What to learn; sets the defaults. Default style. */
    preset: z.enum(presets).default('style'),
    /** Optimizer steps. Default: by preset, family and number of pictures. */
    steps: z.int().min(1).max(1_000_000).optional(),
    /** Pictures per micro-batch. Default: by preset and family. */
    batchSize: z.int().min(1).max(256).optional(),
    /** Micro-batches per step: the effect of a larger batch without its memory. Default 1. */
    accumulation: z.int().min(1).max(1024).default(1),
    network: network().prefault({}),
    optimizer: z
      .union([z.enum(optimizers), optimizer()], { error: `one of ${optimizers.join(', ')}, or an object with kind` })
      .default('adamw'),
    /** Learning rate. Default: by family and optimizer. */
    learningRate: rate().optional(),
    /** Learning rate of the text encoders. Default: a tenth of learningRate. */
    textLearningRate: rate().optional(),
    /** How the learning rate falls. Default: by preset. */
    schedule: z.enum(schedules).optional(),
    /** Steps over which the learning rate rises. Default: by preset. */
    warmup: z.int().min(0).optional(),
    /** Maximum norm of the gradient; 0: no limit. Default 1. */
    clipNorm: z.number().min(0).max(1000).default(1),
    /** Decay of a moving average of the weights, e.g. 0.99; the average is what is saved. 0: no average. Default 0. */
    ema: z.number().min(0).lt(1).default(0),
    noise: noise().prefault({}),
    /** Adds class pictures to the training, so that the class does not turn into the subject. Default: none. */
    prior: prior().optional(),
    validation: validation().prefault({}),
    samples: samples().prefault({}),
    checkpoints: checkpoints().prefault({}),
    /** Seed for everything random, 0..2^53-1. Default: drawn. */
    seed: z.int().min(0).max(maxSeed).optional(),
    /** Name of the LoRA. Default: the name of the data folder. */
    name: z
      .string()
      .regex(/^[\w][\w .-]{0,99}$/, { error: 'expected letters, digits, blanks, ".", "-" and "_"' })
      .optional(),
    /** Path of the LoRA file (.safetensors). Default: <home>/loras/<name>.safetensors, where generate() finds it by name. */
    out: path.optional(),
    /** Replace an existing file at `out`. Default false. */
    overwrite: z.boolean().default(false),
    /** Type of the values in the file. f32 paints exactly what was trained; f16 is half the size. Default f32. */
    savedType: z.enum(savedTypes).default('f32'),
    /** Folder of the run, for log, checkpoints and samples. Default: a new one in <home>/training. */
    runFolder: path.optional(),
    /** Home folder. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
    home: path.optional(),
    /** Cancels the run; it rejects with `signal.reason` when native work has ended. The last checkpoint stays. */
    signal: signal.optional(),
    /** Called with each event. A listener that throws cancels the run. */
    onProgress: listener<TrainEvent>().optional(),
  })
  .check((context) => {
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
