/** Options of trainLora() about the network that is trained and its noise: one row each, see lib/engine/options/row.ts. */
import * as z from 'zod';
import { rows } from '../../engine/index.ts';

export const networkKinds = ['lora', 'loha', 'lokr'] as const;
export const targetSets = ['default', 'attention', 'conv', 'full'] as const;

const share = z.number().min(0).max(1);
const byPreset = 'by preset';

export const networkRows = rows({
  /** Kind of network. LoHa and LoKr are the LyCORIS variants, products of small matrices. Default lora. */
  kind: { schema: z.enum(networkKinds).default('lora'), help: 'Kind of network', flag: 'kind' },
  /** Width of the low-rank matrices, 1..1024. Default: by preset and family. */
  rank: { schema: z.int().min(1).max(1024).optional(), help: 'Width of the low-rank matrices', default: byPreset, flag: 'rank' },
  /** The network's output is scaled by alpha / rank. 0.000001..4096. Default: rank. */
  alpha: {
    schema: z.number().min(1e-6).max(4096).optional(),
    help: 'The effect is scaled by alpha / rank',
    default: 'rank',
    flag: 'alpha',
  },
  /** Rank for convolutions larger than 1x1, 1..1024. Default: `rank`. */
  convRank: { schema: z.int().min(1).max(1024).optional(), help: 'Rank for convolutions', default: 'rank', flag: 'conv-rank' },
  /** Alpha for convolutions larger than 1x1. 0.000001..4096. Default: `alpha`. */
  convAlpha: { schema: z.number().min(1e-6).max(4096).optional(), help: 'Alpha for convolutions', default: 'alpha', flag: 'conv-alpha' },
  /** LoKr: largest size of the small matrix, 2..1024. Default 8. */
  factor: { schema: z.int().min(2).max(1024).optional(), help: 'LoKr: largest size of the small matrix', default: '8', flag: 'factor' },
  /** Layers to train: default = attention and feed-forward, attention, conv = default and the convolutions, full = all. Default: by preset. */
  targets: { schema: z.enum(targetSets).optional(), help: 'Layers to train', default: byPreset, flag: 'targets' },
  /** Patterns over layer names (`*`, `?`, or /regular expression/), instead of `targets`. */
  include: {
    schema: z.array(z.string().min(1)).min(1).optional(),
    help: 'Pattern of layers to train, instead of --targets; may be given several times',
    flag: 'include',
  },
  /** Patterns over names of layers to leave out. */
  exclude: {
    schema: z.array(z.string().min(1)).min(1).optional(),
    help: 'Pattern of layers to leave out; may be given several times',
    flag: 'exclude',
  },
  /** Share of the ranks dropped per picture and step, 0..0.999. Default 0. */
  dropout: { schema: z.number().min(0).max(0.999).default(0), help: 'Share of the ranks dropped per picture and step', flag: 'dropout' },
  /** Also train the text encoders (CLIP families), for new words. Default false. */
  textEncoder: { schema: z.boolean().default(false), help: 'Also train the text encoders', flag: 'text-encoder' },
  /** false: train only the text encoders. Default true. */
  unet: { schema: z.boolean().default(true), help: '--no-unet: train only the text encoders', default: '', flag: 'unet' },
});

export const noiseRows = rows({
  /** Distribution of noise levels: uniform, or logit-normal with most in the middle. Default: by family. */
  sampling: { schema: z.enum(['uniform', 'logit-normal']).optional(), help: 'Distribution of noise levels', default: 'by family' },
  /** Mean of logit-normal, -10..10. Default 0. */
  mean: { schema: z.number().min(-10).max(10).optional(), help: 'Mean of logit-normal', default: '0' },
  /** Standard deviation of logit-normal. Above 0 up to 10. Default 1. */
  deviation: { schema: z.number().gt(0).max(10).optional(), help: 'Standard deviation of logit-normal', default: '1' },
  /** Least noisy level that is trained, 0..1: 0 = picture. Default 0. */
  min: { schema: share.optional(), help: 'Least noisy level that is trained', default: '0' },
  /** Noisiest level that is trained, 0..1: 1 = noise. Default 1. */
  max: { schema: share.optional(), help: 'Noisiest level that is trained', default: '1' },
  /** Shifts the distribution to noisier levels (flow families). Above 0 up to 100. Default: the family's own. */
  shift: {
    schema: z.number().gt(0).max(100).optional(),
    help: 'Shift to noisier levels (flow families)',
    default: "the family's own",
  },
  /** Offset to the noise of each channel, 0..1, for very dark and bright pictures. Default 0. */
  offset: { schema: z.number().min(0).max(1).optional(), help: 'Offset to the noise of each channel', default: '0' },
  /** Extra noise on the network's input but not its target, 0..1 (arXiv 2301.11706). Default 0. */
  inputPerturbation: {
    schema: z.number().min(0).max(1).optional(),
    help: "Extra noise on the network's input",
    default: '0',
    flag: 'input-perturbation',
  },
  /** Gamma of min-SNR weighting, 0..100 (arXiv 2303.09556); 0: off. Default: 5 for eps and v, off for flow. */
  minSnr: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Gamma of min-SNR weighting; 0: off',
    default: '5 for eps and v, off for flow',
    flag: 'min-snr',
  },
  /** Constant of the pseudo-Huber loss, which is less sensitive to outliers. Above 0 up to 100. Default: squared error. */
  huber: {
    schema: z.number().gt(0).max(100).optional(),
    help: 'Pseudo-Huber loss with this constant',
    default: 'squared error',
    flag: 'huber',
  },
});
