/** Options of generate() that trade quality or time: VAE tiling, step caches, hires fix, previews. */
import * as z from 'zod';
import { cacheModes, hiresUpscalers, previewModes } from './enums.ts';
import { edge, engineArgs, fraction, path, sigmas } from './fields.ts';
import { rows } from './row.ts';

/** Decode (and encode) in tiles: memory stays small at any size, but decoding takes longer and, rarely, shows seams. */
export const tilingRows = rows({
  /** false keeps the settings and switches tiling off. Default true. */
  enabled: {
    schema: z.boolean().default(true),
    help: 'Decode in tiles: little memory at any size',
    default: '',
    flag: 'vae-tiling',
    aliases: ['tiling'],
  },
  /** Tile width in latent pixels (picture pixels / 8), 4..1024. Default 32. */
  tileWidth: {
    schema: z.int().min(4).max(1024).optional(),
    help: 'Tile width in latent pixels (picture / 8)',
    default: '32',
    flag: 'tile-width',
  },
  /** Tile height in latent pixels, 4..1024. Default 32. */
  tileHeight: {
    schema: z.int().min(4).max(1024).optional(),
    help: 'Tile height in latent pixels',
    default: '32',
    flag: 'tile-height',
  },
  /** Overlap of neighbours as a share of the tile, 0..0.5. Default 0.5. More hides seams and costs time. */
  overlap: {
    schema: z.number().min(0).max(0.5).optional(),
    help: 'Overlap as a share of the tile',
    default: '0.5',
    flag: 'tile-overlap',
  },
  /** Tile width relative to the picture, above 0 up to 64: up to 1 a share of it, above 1 a number of tiles. Replaces tileWidth. */
  relativeWidth: {
    schema: z.number().gt(0).max(64).optional(),
    help: 'Tile width relative to the picture; above 1: number of tiles',
    flag: 'tile-relative-width',
    replaces: ['vaeTiling.tileWidth'],
  },
  /** Tile height relative to the picture, above 0 up to 64, same form. Replaces tileHeight. */
  relativeHeight: {
    schema: z.number().gt(0).max(64).optional(),
    help: 'Tile height relative to the picture; above 1: number of tiles',
    flag: 'tile-relative-height',
    replaces: ['vaeTiling.tileHeight'],
  },
  /** Settings of single autoencoders by the engine's own name. */
  args: {
    schema: engineArgs.optional(),
    help: 'NAME=VALUE: a setting of a single autoencoder; may be given several times',
    flag: 'tile-arg',
    native: 'extraArgs',
  },
});

/** Help and condition of a setting that only these modes use. */
const only = <const M extends string>(modes: readonly M[], help: string) => ({
  help: `${modes.join(', ')}: ${help}`,
  needs: `cache.mode=${modes.join('|')}`,
});
const blocks = ['dbcache', 'cache-dit'] as const;
const taylor = ['taylorseer', 'cache-dit'] as const;

/** Skip network passes that would change little: 1.3 to 3 times faster, with some loss of detail. */
export const cacheRows = rows({
  /** easycache, dbcache, taylorseer, cache-dit: DiT models; ucache: UNet models; spectrum: both. */
  mode: { schema: z.enum(cacheModes), help: 'Reuse work between steps', default: 'disabled', flag: 'cache' },
  /** Change below which a step is reused, 0..1000 (easycache default 0.2, ucache 1.0). Higher is faster and rougher. */
  reuseThreshold: { schema: z.number().min(0).max(1000).optional(), help: 'Change below which a step is reused', needs: 'cache.mode' },
  /** Share of the steps before which nothing is reused, 0..1. Default 0.15. */
  startPercent: {
    schema: fraction.optional(),
    help: 'Share of the steps before which nothing is reused',
    default: '0.15',
    needs: 'cache.mode',
  },
  /** Share of the steps after which nothing is reused, 0..1. Default 0.95. */
  endPercent: {
    schema: fraction.optional(),
    help: 'Share of the steps after which nothing is reused',
    default: '0.95',
    needs: 'cache.mode',
  },
  /** ucache: how fast the accumulated error fades, 0..1. Default 1. */
  errorDecayRate: { schema: fraction.optional(), ...only(['ucache'], 'how fast the error fades'), default: '1' },
  /** ucache: measure the change relative to the signal. Default true. */
  useRelativeThreshold: {
    schema: z.boolean().optional(),
    ...only(['ucache'], 'measure the change relative to the signal'),
    default: 'yes',
  },
  /** ucache: forget the accumulated error after each computed step. Default true. */
  resetErrorOnCompute: { schema: z.boolean().optional(), ...only(['ucache'], 'forget the error after a computed step'), default: 'yes' },
  /** dbcache, cache-dit: first blocks that are always computed, 0..256. Default 8. */
  fnComputeBlocks: { schema: z.int().min(0).max(256).optional(), ...only(blocks, 'first blocks always computed'), default: '8' },
  /** dbcache, cache-dit: last blocks that are always computed, 0..256. Default 0. */
  bnComputeBlocks: { schema: z.int().min(0).max(256).optional(), ...only(blocks, 'last blocks always computed'), default: '0' },
  /** dbcache, cache-dit: change of the residual below which blocks are reused, 0..1000. Default 0.08. */
  residualDiffThreshold: {
    schema: z.number().min(0).max(1000).optional(),
    ...only(blocks, 'change below which blocks are reused'),
    default: '0.08',
  },
  /** dbcache, cache-dit: first steps that are always computed, 0..1000. Default 8. */
  maxWarmupSteps: { schema: z.int().min(0).max(1000).optional(), ...only(blocks, 'first steps always computed'), default: '8' },
  /** dbcache, cache-dit: most steps reused, -1..1000; -1 is no limit (default). */
  maxCachedSteps: { schema: z.int().min(-1).max(1000).optional(), ...only(blocks, 'most steps reused; -1: no limit'), default: '-1' },
  /** dbcache, cache-dit: most steps reused in a row, -1..1000; -1 is no limit (default). */
  maxContinuousCachedSteps: {
    schema: z.int().min(-1).max(1000).optional(),
    ...only(blocks, 'most steps reused in a row; -1: no limit'),
    default: '-1',
  },
  /** taylorseer, cache-dit: order of the extrapolation, 0..4. Default 1. */
  taylorseerDerivatives: { schema: z.int().min(0).max(4).optional(), ...only(taylor, 'order of the extrapolation'), default: '1' },
  /** taylorseer, cache-dit: steps extrapolated between two computed ones, 1..100. Default 1. */
  taylorseerSkipInterval: {
    schema: z.int().min(1).max(100).optional(),
    ...only(taylor, 'steps extrapolated between two computed ones'),
    default: '1',
  },
  /** cache-dit: which steps are computed, as 1 and 0 with commas: "1,1,0,1". */
  scmMask: {
    schema: z
      .string()
      .regex(/^[01](,[01])*$/, '1 and 0 with commas, like "1,1,0,1"')
      .optional(),
    ...only(['cache-dit'], 'computed steps, as 1,1,0,1'),
  },
  /** cache-dit: a step of that mask may still be computed when the change is large. Default true. */
  scmPolicyDynamic: { schema: z.boolean().optional(), ...only(['cache-dit'], 'compute more when the change is large'), default: 'yes' },
  /** spectrum: share of the forecast in the mix, 0..1. Default 0.4. */
  spectrumW: { schema: fraction.optional(), ...only(['spectrum'], 'share of the forecast'), default: '0.4' },
  /** spectrum: degree of the polynomial, 1..16. Default 3. */
  spectrumM: { schema: z.int().min(1).max(16).optional(), ...only(['spectrum'], 'degree of the polynomial'), default: '3' },
  /** spectrum: ridge of the fit, 0..1000. Default 1. */
  spectrumLam: { schema: z.number().min(0).max(1000).optional(), ...only(['spectrum'], 'ridge of the fit'), default: '1' },
  /** spectrum: steps forecast in a row at first, 1..100. Default 2. */
  spectrumWindowSize: { schema: z.int().min(1).max(100).optional(), ...only(['spectrum'], 'steps forecast in a row'), default: '2' },
  /** spectrum: growth of that window per use, 0..10. Default 0.5. */
  spectrumFlexWindow: { schema: z.number().min(0).max(10).optional(), ...only(['spectrum'], 'growth of that window'), default: '0.5' },
  /** spectrum: first steps that are always computed, 0..1000. Default 4. */
  spectrumWarmupSteps: { schema: z.int().min(0).max(1000).optional(), ...only(['spectrum'], 'first steps always computed'), default: '4' },
  /** spectrum: share of the steps after which nothing is forecast, 0..1. Default 0.9. */
  spectrumStopPercent: {
    schema: fraction.optional(),
    ...only(['spectrum'], 'share of the steps after which nothing is forecast'),
    default: '0.9',
  },
});

/** Hires fix: paint small, enlarge, then repaint at the larger size. The result has the detail of a large picture and the composition of a small one. */
export const hiresRows = rows({
  /** Upscaler. Default "Latent". "Model" needs `model`; the Latent ones work on the latent and are fastest. */
  upscaler: { schema: z.enum(hiresUpscalers).default('Latent'), help: 'Upscaler' },
  /** Path of an ESRGAN file for upscaler "Model". Default: the bundled one. */
  model: {
    schema: path.optional(),
    help: 'ESRGAN file for the upscaler "Model"',
    default: 'the bundled one',
    native: false,
    needs: 'hires.upscaler=Model',
  },
  /** Enlargement factor, 1..8. Default 2. Ignored if width or height is given. */
  scale: { schema: z.number().min(1).max(8).optional(), help: 'Enlargement factor', default: '2' },
  /** Target width in pixels, 1..8192. */
  width: { schema: edge.optional(), help: 'Target width in pixels', replaces: ['hires.scale'] },
  /** Target height in pixels, 1..8192. */
  height: { schema: edge.optional(), help: 'Target height in pixels', replaces: ['hires.scale'] },
  /** Steps of the second pass, 1..1000. Default: same as the first pass. */
  steps: { schema: z.int().min(1).max(1000).optional(), help: 'Steps of the second pass', default: 'same as the first pass' },
  /** How much of the enlarged picture is repainted, 0..1. Default 0.7; 0.3 to 0.5 keeps the composition. */
  denoisingStrength: {
    schema: fraction.optional(),
    help: 'How much of the enlarged picture is repainted',
    default: '0.7',
    aliases: ['hires-strength'],
  },
  /** Tile of the upscaler network in pixels, 32..2048. Default 128. Larger is faster and needs more memory. */
  tileSize: {
    schema: z.int().min(32).max(2048).optional(),
    help: 'Tile edge of the upscaler in pixels',
    default: '128',
    needs: 'hires.upscaler=Model',
  },
  /** Noise levels of the second pass. */
  sigmas: { schema: sigmas.optional(), help: 'Noise levels of the second pass, comma-separated', replaces: ['hires.steps'] },
});

/** Previews during painting. */
export const previewRows = rows({
  /** `proj`: a rough colour sketch at an eighth of the size, nearly free (default); `tae`: needs the tiny autoencoder, close to the result; `vae`: a full decode each time. */
  mode: { schema: z.enum(previewModes).default('proj'), help: 'Method for previews' },
  /** Steps between two previews, 1..1000. Default 1. */
  interval: { schema: z.int().min(1).max(1000).default(1), help: 'Steps between two previews' },
  /** Show the predicted final picture. Default true. */
  denoised: { schema: z.boolean().default(true), help: 'Show the predicted final picture' },
  /** Show the noisy state. Default false. */
  noisy: { schema: z.boolean().default(false), help: 'Show the noisy state' },
});
