import { ArtistError } from '../../lib/core/index.ts';
import { cacheModes, hiresUpscalers, previewModes, samplers, schedulers } from '../../lib/engine/index.ts';
import { engineNames } from '../../lib/image/index.ts';
import type { Needs, Replaced } from '../shell/conditions.ts';
import { anyText, choice, list, number, numbers, pairs, readWeighted, seed, text, toggle, type Values } from './flags.ts';
import { pathsOf, toOptions } from './option-paths.ts';

const picture = 'Picture';
const sampling = 'Sampling';
const guidance = 'Guidance';
const start = 'Image to image';
const control = 'Control';
const person = 'PhotoMaker';
const hires = 'Hires fix';
const cache = 'Cache';
const tiling = 'Tiling';
const preview = 'Preview';
const path = (value: string): string => value;

/** The names that recipes of other programs have, and `ai-artist inspect` prints: "Euler a". */
function ownSampler(value: string, name: string): string {
  const { sampler = value, scheduler } = engineNames(value);
  if (scheduler === undefined) return sampler;
  const expected = `${name}: expected a sampler without its schedule, got ${JSON.stringify(value)}`;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${expected}. In generate, give ${name} ${sampler} --scheduler ${scheduler}`);
}

const ownScheduler = (value: string): string => engineNames(undefined, value).scheduler ?? value;

/** What decides a picture and what most people change: shared by create and generate. */
export const basicFlags = {
  seed: seed('Start noise, 0..2^53-1. Default: drawn at random, and printed', picture),
  width: number("Pixels. Default: the model's own", picture),
  height: number("Pixels. Default: the model's own", picture),
  steps: number("Denoising steps. Default: the model's own", sampling),
  sampler: choice('How noise is removed', samplers, sampling, ownSampler),
  cfg: number("How strongly the prompt pulls; 1 switches it off and halves the time. Default: the model's own", guidance),
  lora: list('PATH or NAME of a LoRA (see: ai-artist lora list), or with :WEIGHT; may be given several times', picture, readWeighted),
} as const;

/** Everything model.generate() takes besides the prompt. */
export const generateFlags = {
  ...basicFlags,
  negative: anyText('What to keep away from', picture),
  batch: number('Pictures, 1..64, with seeds one after the other. Default: 1', picture),
  'clip-skip': number('Layers of CLIP left out at its end', picture),
  'keep-finished': toggle('Ctrl-C during a batch keeps the pictures that are finished', picture),
  scheduler: choice('Spacing of the noise levels', schedulers, sampling, ownScheduler),
  sigmas: numbers('Own noise levels with commas, high to low; replaces scheduler and steps', sampling),
  eta: number('Fresh noise per step of ancestral samplers, ddim and tcd', sampling),
  'flow-shift': number('Shift of the noise schedule of flow models', sampling),
  'shifted-timestep': number('For SDXL distillations trained on shifted time steps', sampling),
  'sampler-arg': pairs('NAME=VALUE: a setting of a single sampler; may be given several times', sampling),
  'image-cfg': number('Guidance towards the reference picture of Instruct-Pix2Pix', guidance),
  guidance: number('Distilled guidance of Flux and its kin', guidance),
  'slg-layers': numbers('Skip-layer guidance: layers to switch off, with commas', guidance),
  'slg-scale': number('Its strength. Default: 2.5', guidance),
  'slg-start': number('Share of the steps at which it begins. Default: 0.01', guidance),
  'slg-end': number('Share of the steps at which it ends. Default: 0.2', guidance),
  'slg-uncond': toggle('Let it replace the unconditional pass', guidance),
  'apg-eta': number('Adaptive projected guidance: share of the parallel part, -1..1', guidance),
  'apg-momentum': number('Its running average, -1..1', guidance),
  'apg-norm-threshold': number('Its largest norm; 0: no limit', guidance),
  'apg-norm-threshold-smoothing': number('Softness of that limit', guidance),
  init: text('Picture to start from', start),
  strength: number('How much of it is repainted, 0..1. Default: 0.75', start),
  mask: text('White is repainted, black is kept. Needs --init', start),
  ref: list('Picture that an editing model looks at; may be given several times', start, path),
  'auto-resize-references': toggle('Bring reference pictures to the size of the result. Default: yes', start),
  'increase-reference-index': toggle('Number the reference pictures apart', start),
  control: text('Guide of the ControlNet (edges, depth, pose). Needs --control-net', control),
  'control-strength': number('Its weight, 0..2. Default: 0.9', control),
  'photo-maker-image': list('Picture of the person; may be given several times', person, path),
  'photo-maker-embedding': text('Embedding file of PhotoMaker v2', person),
  'photo-maker-style-strength': number('Style against likeness, percent. Default: 20', person),
  hires: toggle('Paint, enlarge, repaint', hires),
  'hires-upscaler': choice('What enlarges', hiresUpscalers, hires),
  'hires-model': text('ESRGAN file for the upscaler "Model"', hires),
  'hires-scale': number('Factor, 1..8. Default: 2', hires),
  'hires-width': number('Target width in pixels', hires),
  'hires-height': number('Target height in pixels', hires),
  'hires-steps': number('Steps of the second pass', hires),
  'hires-strength': number('How much of the enlarged picture is repainted, 0..1. Default: 0.7', hires),
  'hires-tile-size': number('Tile of the upscaler in pixels', hires),
  'hires-sigmas': numbers('Own noise levels of the second pass', hires),
  cache: choice('Reuse work between steps', cacheModes, cache),
  'cache-reuse-threshold': number('Change below which a step is reused', cache),
  'cache-start-percent': number('Share of the steps before which nothing is reused', cache),
  'cache-end-percent': number('Share of the steps after which nothing is reused', cache),
  'cache-error-decay-rate': number('ucache: how fast the error fades', cache),
  'cache-use-relative-threshold': toggle('ucache: measure the change relative to the signal', cache),
  'cache-reset-error-on-compute': toggle('ucache: forget the error after a computed step', cache),
  'cache-fn-compute-blocks': number('dbcache, cache-dit: first blocks always computed', cache),
  'cache-bn-compute-blocks': number('dbcache, cache-dit: last blocks always computed', cache),
  'cache-residual-diff-threshold': number('dbcache, cache-dit: change below which blocks are reused', cache),
  'cache-max-warmup-steps': number('dbcache, cache-dit: first steps always computed', cache),
  'cache-max-cached-steps': number('dbcache, cache-dit: most steps reused; -1: no limit', cache),
  'cache-max-continuous-cached-steps': number('dbcache, cache-dit: most steps reused in a row; -1: no limit', cache),
  'cache-taylorseer-derivatives': number('taylorseer, cache-dit: order of the extrapolation', cache),
  'cache-taylorseer-skip-interval': number('taylorseer, cache-dit: steps extrapolated between two computed ones', cache),
  'cache-scm-mask': text('cache-dit: computed steps, as 1,1,0,1', cache),
  'cache-scm-policy-dynamic': toggle('cache-dit: compute more when the change is large', cache),
  'cache-spectrum-w': number('spectrum: share of the forecast', cache),
  'cache-spectrum-m': number('spectrum: degree of the polynomial', cache),
  'cache-spectrum-lam': number('spectrum: ridge of the fit', cache),
  'cache-spectrum-window-size': number('spectrum: steps forecast in a row', cache),
  'cache-spectrum-flex-window': number('spectrum: growth of that window', cache),
  'cache-spectrum-warmup-steps': number('spectrum: first steps always computed', cache),
  'cache-spectrum-stop-percent': number('spectrum: share of the steps after which nothing is forecast', cache),
  tiling: toggle('Decode in tiles: little memory at any size', tiling),
  'tile-width': number('Tile width in latent pixels (picture / 8)', tiling),
  'tile-height': number('Tile height in latent pixels', tiling),
  'tile-overlap': number('Overlap as a share of the tile, 0..0.5', tiling),
  'tile-relative-width': number('Tile width relative to the picture', tiling),
  'tile-relative-height': number('Tile height relative to the picture', tiling),
  'tile-arg': pairs('NAME=VALUE: a setting of a single autoencoder; may be given several times', tiling),
  preview: toggle('Show the picture in the terminal while it is painted', preview),
  'preview-mode': choice('Where previews come from', previewModes, preview),
  'preview-interval': number('One preview every so many steps', preview),
  'preview-denoised': toggle('Show what the network believes the result to be. Default: yes', preview),
  'preview-noisy': toggle('Show the noisy state', preview),
} as const;

const cachePaths = Object.fromEntries(
  Object.keys(generateFlags)
    .filter((flag) => flag.startsWith('cache-'))
    .map((flag) => [flag, `cache.${flag.slice('cache-'.length).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}`]),
);

export const generatePaths = pathsOf(generateFlags, {
  ...cachePaths,
  cfg: 'cfgScale',
  lora: 'loras',
  negative: 'negativePrompt',
  batch: 'batchCount',
  'image-cfg': 'imageCfgScale',
  'sampler-arg': 'samplerArgs',
  'slg-layers': 'skipLayerGuidance.layers',
  'slg-scale': 'skipLayerGuidance.scale',
  'slg-start': 'skipLayerGuidance.start',
  'slg-end': 'skipLayerGuidance.end',
  'slg-uncond': 'skipLayerGuidance.uncond',
  'apg-eta': 'adaptiveProjectedGuidance.eta',
  'apg-momentum': 'adaptiveProjectedGuidance.momentum',
  'apg-norm-threshold': 'adaptiveProjectedGuidance.normThreshold',
  'apg-norm-threshold-smoothing': 'adaptiveProjectedGuidance.normThresholdSmoothing',
  init: 'initImage',
  strength: 'denoisingStrength',
  mask: 'maskImage',
  ref: 'referenceImages',
  'auto-resize-references': 'autoResizeReferenceImages',
  control: 'controlImage',
  'photo-maker-image': 'photoMaker.images',
  'photo-maker-embedding': 'photoMaker.embedding',
  'photo-maker-style-strength': 'photoMaker.styleStrength',
  hires: 'hires.enabled',
  'hires-upscaler': 'hires.upscaler',
  'hires-model': 'hires.model',
  'hires-scale': 'hires.scale',
  'hires-width': 'hires.width',
  'hires-height': 'hires.height',
  'hires-steps': 'hires.steps',
  'hires-strength': 'hires.denoisingStrength',
  'hires-tile-size': 'hires.tileSize',
  'hires-sigmas': 'hires.sigmas',
  cache: 'cache.mode',
  tiling: 'vaeTiling.enabled',
  'tile-width': 'vaeTiling.tileWidth',
  'tile-height': 'vaeTiling.tileHeight',
  'tile-overlap': 'vaeTiling.overlap',
  'tile-relative-width': 'vaeTiling.relativeWidth',
  'tile-relative-height': 'vaeTiling.relativeHeight',
  'tile-arg': 'vaeTiling.args',
  preview: 'preview.enabled',
  'preview-mode': 'preview.mode',
  'preview-interval': 'preview.interval',
  'preview-denoised': 'preview.denoised',
  'preview-noisy': 'preview.noisy',
});

/** `ucache: how fast …`: the modes that read a setting of the cache, from its description; those that name none are read by all. */
const modesOf = ({ describe }: { describe: string }): string | undefined => {
  const modes = /^([a-z-]+(?:, [a-z-]+)*): /.exec(describe)?.[1]?.split(', ');
  return modes && `cache=${modes.join('|')}`;
};

export const generateNeeds: Needs = {
  strength: 'init',
  mask: 'init',
  'auto-resize-references': 'ref',
  'increase-reference-index': 'ref',
  'image-cfg': 'ref',
  'control-strength': 'control',
  'photo-maker-style-strength': 'photo-maker-image',
  'keep-finished': 'batch',
  'slg-scale': 'slg-layers',
  'slg-start': 'slg-layers',
  'slg-end': 'slg-layers',
  'slg-uncond': 'slg-layers',
  'apg-norm-threshold-smoothing': 'apg-norm-threshold',
  'hires-model': 'hires-upscaler=Model',
  'hires-tile-size': 'hires-upscaler=Model',
  ...Object.fromEntries(
    Object.entries(generateFlags)
      .filter(([flag]) => flag.startsWith('cache-'))
      .map(([flag, described]) => [flag, modesOf(described) ?? 'cache']),
  ),
};

export const generateReplaced: Replaced = {
  sigmas: ['steps', 'scheduler'],
  'hires-sigmas': ['hires-steps'],
  'hires-width': ['hires-scale'],
  'hires-height': ['hires-scale'],
  'tile-relative-width': ['tile-width'],
  'tile-relative-height': ['tile-height'],
};

/** A setting of the engine by name: number, true or false, else text (which lib refuses with its reason). */
function scalar(value: string): number | boolean | string {
  if (value === 'true' || value === 'false') return value === 'true';
  return Number.isFinite(Number(value)) && value.trim() !== '' ? Number(value) : value;
}

function scalars(given: unknown): Record<string, unknown> | undefined {
  return given === undefined ? undefined : Object.fromEntries((given as [string, string][]).map(([name, value]) => [name, scalar(value)]));
}

/** `--hires` alone is all its defaults; `--no-hires` beside other hires flags is off. */
function switched(options: Record<string, unknown>, key: string): void {
  const given = options[key] as Record<string, unknown> | undefined;
  if (given === undefined) return;
  const { enabled, ...rest } = given;
  options[key] = enabled === false ? false : rest;
}

export function generateOptionsOf(values: Values<typeof generateFlags>): Record<string, unknown> {
  const options = toOptions(values, generatePaths);
  switched(options, 'hires');
  switched(options, 'preview');
  const samplerArgs = scalars(options['samplerArgs']);
  if (samplerArgs) options['samplerArgs'] = samplerArgs;
  const tiles = options['vaeTiling'] as Record<string, unknown> | undefined;
  if (tiles?.['args'] !== undefined) tiles['args'] = scalars(tiles['args']);
  return options;
}
