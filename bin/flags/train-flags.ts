import { predictions, weightTypes } from '../../lib/engine/index.ts';
import { checkpointings, networkKinds, optimizers, presets, savedTypes, schedules, targetSets } from '../../lib/train/index.ts';
import { anyText, choice, list, number, pairs, seed, text, toggle, type Values } from './flags.ts';
import { pathsOf, toOptions } from './option-paths.ts';

const data = 'Pictures and captions';
const learning = 'Learning';
const network = 'Network';
const noise = 'Noise and loss';
const prior = 'Prior preservation';
const watching = 'Watching';
const output = 'Output';
const model = 'Model';
const device = 'Memory and device';
const word = (value: string): string => value;

/** What a run that goes on may choose anew: none of it changes a number. */
export const deviceFlags = {
  threads: number('CPU threads. Default: physical cores minus one', device),
  backend: text('Device that computes: a name from `ai-artist doctor`', device),
  'params-backend': text('Device that keeps the weights', device),
  checkpointing: choice('Compute activations again to save memory', checkpointings, device),
} as const;

/** Everything trainLora() takes besides the folder. */
export const trainFlags = {
  preset: choice('What is learned', presets, learning),
  steps: number('Optimizer steps. Default: by preset and family', learning),
  batch: number('Pictures per micro-batch. Default: by family', learning),
  accumulation: number('Micro-batches per step. Default: 1', learning),
  optimizer: choice('Method. Default: adamw', optimizers, learning),
  'learning-rate': number('Default: by family and method', learning),
  'text-learning-rate': number('Of the text encoders. Default: a tenth of it', learning),
  schedule: choice('How the learning rate falls', schedules, learning),
  warmup: number('Steps over which it rises', learning),
  'weight-decay': number("Default: the method's own", learning),
  'clip-norm': number('Largest length of the gradient; 0: no limit. Default: 1', learning),
  ema: number('Decay of a moving average of the weights, e.g. 0.99', learning),
  seed: seed('Of everything drawn at random. Default: drawn, and kept with the run', learning),
  trigger: text('Word that stands for what is learned; put into captions that lack it', data),
  licence: text('Licence of pictures that state none: own, permission, an SPDX id', data),
  'non-commercial': toggle('Permit licences that forbid commercial use; the LoRA inherits it', data),
  'skip-unusable': toggle('Leave out pictures that cannot be read or are too small', data),
  resolution: number("Edge in pixels of the square whose area pictures get. Default: the model's own", data),
  buckets: toggle('Keep the shape of pictures; --no-buckets cuts them square. Default: yes', data),
  enlarge: toggle('Enlarge small pictures; --no-enlarge gives them a size of their own. Default: yes', data),
  'max-upscale': number('Enlargement above which a picture is refused. Default: 2', data),
  crop: choice('What is kept of pictures that are larger', ['centre', 'random'], data),
  crops: number('Different random cuts per picture. Default: 4', data),
  flip: toggle('Mirror at random. Default: by preset', data),
  'alpha-mask': toggle('Transparent parts are not learned', data),
  'caption-prefix': anyText('Text before every caption', data),
  'caption-suffix': anyText('Text behind every caption', data),
  'caption-dropout': number('Share of steps without caption, 0..1. Default: by preset', data),
  'shuffle-tags': toggle('Bring the tags of captions into another order each time', data),
  'keep-tokens': number('Tags at the beginning that stay', data),
  'tag-dropout': number('Share of tags left out, 0..1', data),
  kind: choice('Kind of network', networkKinds, network),
  rank: number('Width of the low-rank matrices. Default: by preset', network),
  alpha: number('Effect is scaled by alpha / rank. Default: rank', network),
  targets: choice('Layers', targetSets, network),
  include: list('Pattern of layer names in place of --targets; may be given several times', network, word),
  exclude: list('Pattern of layers to leave out; may be given several times', network, word),
  'conv-rank': number('Of convolutions. Default: rank', network),
  'conv-alpha': number('Of convolutions. Default: alpha', network),
  factor: number('LoKr: largest size of the small matrix', network),
  dropout: number('Share of the ranks left out per picture and step', network),
  'text-encoder': toggle('Train the text encoders too', network),
  unet: toggle('--no-unet: the text encoders alone', network),
  'noise-sampling': choice('How noise levels are drawn', ['uniform', 'logit-normal'], noise),
  'noise-mean': number('Centre of logit-normal', noise),
  'noise-deviation': number('Width of logit-normal', noise),
  'noise-min': number('Least noisy level that is learned, 0..1', noise),
  'noise-max': number('Noisiest level that is learned, 0..1', noise),
  'noise-shift': number('More weight to noisy levels, flow families', noise),
  'noise-offset': number('Move the noise of each channel', noise),
  'input-perturbation': number('Extra noise on the input', noise),
  'min-snr': number('Gamma of min-SNR weighting; 0: off', noise),
  huber: number('Pseudo-Huber loss with this constant', noise),
  'class-prompt': text('Name of the class, "a dog": keeps the class from turning into the subject', prior),
  'class-folder': text('Class pictures. Default: painted by the model', prior),
  'class-count': number('How many are painted. Default: 50', prior),
  'prior-weight': number('Weight of their loss. Default: 1', prior),
  validation: number('Pictures held out: a share below 1, or a number', watching),
  'validation-every': number('Steps between two validations. Default: a tenth of the run', watching),
  'validation-levels': number('Noise levels per picture. Default: 4', watching),
  patience: number('Stop after so many validations without improvement', watching),
  'min-delta': number('Share that counts as improvement', watching),
  'sample-every': number('Steps between two sample strips; 0: none. Default: a quarter of the run', watching),
  sample: list('Prompt of the strip; may be given several times. Default: captions of the data', watching, word),
  'sample-seed': number('Start noise of the first. Default: 1', watching),
  'sample-steps': number("Denoising steps. Default: the model's own", watching),
  'sample-cfg': number("Guidance. Default: the model's own", watching),
  name: text('Name of the LoRA. Default: that of the folder', output),
  out: text('File. Default: loras/<name>.safetensors in the home folder', output),
  force: toggle('Replace an existing file', output),
  'saved-type': choice('Numbers of the file. Default: f32', savedTypes, output),
  'run-folder': text('Log, checkpoints, samples. Default: a new one in the home folder', output),
  'checkpoint-every': number('Steps between two checkpoints. Default: a tenth of the run', output),
  'checkpoint-keep': number('How many are kept. Default: 2', output),
  model: text('Alias or path of the model to train for. Default: the bundled one', model),
  'diffusion-model': text('Diffusion network of a model that comes in parts', model),
  'clip-l': text('CLIP-L text encoder', model),
  'clip-g': text('CLIP-G text encoder', model),
  t5xxl: text('T5-XXL text encoder', model),
  llm: text('Language model that reads the prompt', model),
  vae: text('Autoencoder', model),
  tae: text('Tiny autoencoder', model),
  'weight-type': choice('Keep the frozen weights as', weightTypes, device),
  rules: pairs('PATTERN=TYPE: weight type of the tensors whose name matches; may be given several times', device),
  prediction: choice('What the network predicts, if it cannot be told from the file', predictions, device),
  ...deviceFlags,
} as const;

export const trainPaths = pathsOf(trainFlags, {
  batch: 'batchSize',
  'text-learning-rate': 'textLearningRate',
  'weight-decay': 'optimizer.weightDecay',
  optimizer: 'optimizer.kind',
  trigger: 'captions.trigger',
  enlarge: 'noUpscale',
  'caption-prefix': 'captions.prefix',
  'caption-suffix': 'captions.suffix',
  'caption-dropout': 'captions.captionDropout',
  'shuffle-tags': 'captions.shuffleTags',
  'keep-tokens': 'captions.keepTokens',
  'tag-dropout': 'captions.tagDropout',
  ...Object.fromEntries(
    ['kind', 'rank', 'alpha', 'targets', 'include', 'exclude', 'factor', 'dropout', 'unet'].map((flag) => [flag, `network.${flag}`]),
  ),
  'conv-rank': 'network.convRank',
  'conv-alpha': 'network.convAlpha',
  'text-encoder': 'network.textEncoder',
  'noise-sampling': 'noise.sampling',
  'noise-mean': 'noise.mean',
  'noise-deviation': 'noise.deviation',
  'noise-min': 'noise.min',
  'noise-max': 'noise.max',
  'noise-shift': 'noise.shift',
  'noise-offset': 'noise.offset',
  'input-perturbation': 'noise.inputPerturbation',
  'min-snr': 'noise.minSnr',
  huber: 'noise.huber',
  'class-prompt': 'prior.prompt',
  'class-folder': 'prior.folder',
  'class-count': 'prior.count',
  'prior-weight': 'prior.weight',
  validation: 'validation.pictures',
  'validation-every': 'validation.every',
  'validation-levels': 'validation.levels',
  patience: 'validation.patience',
  'min-delta': 'validation.minDelta',
  'sample-every': 'samples.every',
  sample: 'samples.prompts',
  'sample-seed': 'samples.seed',
  'sample-steps': 'samples.steps',
  'sample-cfg': 'samples.cfgScale',
  force: 'overwrite',
  'checkpoint-every': 'checkpoints.every',
  'checkpoint-keep': 'checkpoints.keep',
  rules: 'tensorTypeRules',
});

export function trainOptionsOf(values: Values<typeof trainFlags>): Record<string, unknown> {
  const options = toOptions(values, trainPaths);
  const { tensorTypeRules: rules, optimizer } = options as { tensorTypeRules?: [string, string][]; optimizer?: { kind?: string } };
  if (options['noUpscale'] !== undefined) options['noUpscale'] = options['noUpscale'] === false;
  if (rules !== undefined) options['tensorTypeRules'] = Object.fromEntries(rules);
  if (optimizer !== undefined) options['optimizer'] = { kind: 'adamw', ...optimizer };
  return options;
}
