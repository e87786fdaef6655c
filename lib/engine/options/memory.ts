/** Options of generate() that trade quality or time: VAE tiling, step caches, hires fix, previews. */
import * as z from 'zod';
import { cacheModes, hiresUpscalers, previewModes } from './enums.ts';
import { edge, engineArgs, fraction, path, sigmas } from './fields.ts';

/** Decode (and encode) in tiles: memory stays small at any size, for some time and, rarely, visible seams. */
export const tiling = z.strictObject({
  /** false keeps the settings and switches tiling off. Default true. */
  enabled: z.boolean().default(true),
  /** Tile width in latent pixels (picture pixels / 8), 4..1024. Default 32. */
  tileWidth: z.int().min(4).max(1024).optional(),
  /** Tile height in latent pixels, 4..1024. Default 32. */
  tileHeight: z.int().min(4).max(1024).optional(),
  /** Overlap of neighbours as a share of the tile, 0..0.5. Default 0.5. More hides seams and costs time. */
  overlap: z.number().min(0).max(0.5).optional(),
  /** Tile width relative to the picture: up to 1 a share of it, above 1 a number of tiles. Replaces tileWidth. */
  relativeWidth: z.number().gt(0).max(64).optional(),
  /** Tile height relative to the picture, in the same way. Replaces tileHeight. */
  relativeHeight: z.number().gt(0).max(64).optional(),
  /** Settings of single autoencoders by the engine's own name. */
  args: engineArgs.optional(),
});

/** Skip network passes that would change little. Faster (1.3 to 3 times), with some loss of detail. */
export const cache = z.strictObject({
  /** easycache, dbcache, taylorseer, cache-dit: DiT models; ucache: UNet models; spectrum: both. */
  mode: z.enum(cacheModes),
  /** Change below which a step is reused (easycache default 0.2, ucache 1.0). Higher is faster and rougher. */
  reuseThreshold: z.number().min(0).max(1000).optional(),
  /** Share of the steps before which nothing is reused. Default 0.15. */
  startPercent: fraction.optional(),
  /** Share of the steps after which nothing is reused. Default 0.95. */
  endPercent: fraction.optional(),
  /** ucache: how fast the accumulated error fades, 0..1. Default 1. */
  errorDecayRate: fraction.optional(),
  /** ucache: measure the change relative to the signal. Default true. */
  useRelativeThreshold: z.boolean().optional(),
  /** ucache: forget the accumulated error after each computed step. Default true. */
  resetErrorOnCompute: z.boolean().optional(),
  /** dbcache, cache-dit: first blocks that are always computed, 0..256. Default 8. */
  fnComputeBlocks: z.int().min(0).max(256).optional(),
  /** dbcache, cache-dit: last blocks that are always computed, 0..256. Default 0. */
  bnComputeBlocks: z.int().min(0).max(256).optional(),
  /** dbcache, cache-dit: change of the residual below which blocks are reused. Default 0.08. */
  residualDiffThreshold: z.number().min(0).max(1000).optional(),
  /** dbcache, cache-dit: first steps that are always computed. Default 8. */
  maxWarmupSteps: z.int().min(0).max(1000).optional(),
  /** dbcache, cache-dit: most steps reused; -1 is no limit (default). */
  maxCachedSteps: z.int().min(-1).max(1000).optional(),
  /** dbcache, cache-dit: most steps reused in a row; -1 is no limit (default). */
  maxContinuousCachedSteps: z.int().min(-1).max(1000).optional(),
  /** taylorseer, cache-dit: order of the extrapolation, 0..4. Default 1. */
  taylorseerDerivatives: z.int().min(0).max(4).optional(),
  /** taylorseer, cache-dit: steps extrapolated between two computed ones, 1..100. Default 1. */
  taylorseerSkipInterval: z.int().min(1).max(100).optional(),
  /** cache-dit: which steps are computed, as 1 and 0 with commas: "1,1,0,1". */
  scmMask: z
    .string()
    .regex(/^[01](,[01])*$/, '1 and 0 with commas, like "1,1,0,1"')
    .optional(),
  /** cache-dit: a step of that mask may still be computed when the change is large. Default true. */
  scmPolicyDynamic: z.boolean().optional(),
  /** spectrum: share of the forecast in the mix, 0..1. Default 0.4. */
  spectrumW: fraction.optional(),
  /** spectrum: degree of the polynomial, 1..16. Default 3. */
  spectrumM: z.int().min(1).max(16).optional(),
  /** spectrum: ridge of the fit, 0..1000. Default 1. */
  spectrumLam: z.number().min(0).max(1000).optional(),
  /** spectrum: steps forecast in a row at first, 1..100. Default 2. */
  spectrumWindowSize: z.int().min(1).max(100).optional(),
  /** spectrum: growth of that window per use, 0..10. Default 0.5. */
  spectrumFlexWindow: z.number().min(0).max(10).optional(),
  /** spectrum: first steps that are always computed. Default 4. */
  spectrumWarmupSteps: z.int().min(0).max(1000).optional(),
  /** spectrum: share of the steps after which nothing is forecast. Default 0.9. */
  spectrumStopPercent: fraction.optional(),
});

/** Hires fix: paint small, enlarge, then repaint at the larger size. Details of a large picture with the composition of a small one. */
export const hires = z.strictObject({
  /** What enlarges. Default "Latent". "Model" needs `model`; the Latent ones keep the picture in the latent and are quickest. */
  upscaler: z.enum(hiresUpscalers).default('Latent'),
  /** Path of an ESRGAN file for upscaler "Model". Default: the bundled one. */
  model: path.optional(),
  /** Factor, 1..8. Default 2. Ignored where width or height is given. */
  scale: z.number().min(1).max(8).optional(),
  /** Target width, pixels. */
  width: edge.optional(),
  /** Target height, pixels. */
  height: edge.optional(),
  /** Steps of the second pass, 1..1000. Default: as many as the first. */
  steps: z.int().min(1).max(1000).optional(),
  /** How much of the enlarged picture is repainted, 0..1. Default 0.7; 0.3 to 0.5 keeps the composition. */
  denoisingStrength: fraction.optional(),
  /** Tile of the upscaler network, pixels, 32..2048. Default 128. Larger is faster and needs more memory. */
  tileSize: z.int().min(32).max(2048).optional(),
  /** Own noise levels of the second pass. */
  sigmas: sigmas.optional(),
});

/** Pictures of the work in progress. */
export const preview = z.strictObject({
  /** `proj`: a rough colour sketch at an eighth of the size, nearly free (default); `tae`: needs the tiny autoencoder, close to the result; `vae`: a full decode each time. */
  mode: z.enum(previewModes).default('proj'),
  /** One preview every so many steps, 1..1000. Default 1. */
  interval: z.int().min(1).max(1000).default(1),
  /** What the network believes the finished picture to be. Default true. */
  denoised: z.boolean().default(true),
  /** The noisy state itself. Default false. */
  noisy: z.boolean().default(false),
});
