/** The tools for LoRA files, whose code is loaded when they are called: few programs do. */
import { answering } from '../../core/index.ts';
import type { ConvertLoraOptions } from './convert.ts';
import type { LoraReport, MergeInput, MergeLorasOptions, ResizeLoraOptions } from './merge.ts';

/**
 * Writes a LoRA with a lower rank: the best approximation of each module's change (SVD), whatever its alpha was. Metadata, data sheet and
 * licence go along.
 *
 * @throws ArtistError ERR_UNSUPPORTED: LoHa, LoKr…; ERR_LORA; ERR_ALREADY_EXISTS; ERR_INVALID_ARGUMENT; those of readLora() and of writing
 */
export const resizeLora = answering('resizeLora', async (path: string, options: ResizeLoraOptions): Promise<LoraReport> => {
  return (await import('./merge.ts')).resizeLora(path, options);
});

/**
 * Adds LoRAs up into one: the sum of weight · change for every module. By default ranks are added up, which is exact (to rounding) for LoRAs
 * of any ranks and alphas; with `rank` the sum is reduced by SVD. Files may spell names differently; the first one's spelling is kept.
 *
 * @throws ArtistError ERR_LORA: one weight with two shapes; ERR_UNSUPPORTED: LoHa, LoKr…; ERR_ALREADY_EXISTS; ERR_INVALID_ARGUMENT; those of
 *   readLora() and of writing
 */
export const mergeLoras = answering(
  'mergeLoras',
  async (inputs: readonly MergeInput[], options: MergeLorasOptions): Promise<LoraReport> => {
    return (await import('./merge.ts')).mergeLoras(inputs, options);
  },
);

/**
 * Writes a LoRA of Stable Diffusion 3 under the names that diffusers or kohya's sd-scripts reads, with the same effect: query, key and value apart
 * and no alphas, or in one with alphas (then their ranks add up). What we train has diffusers' names. Metadata, data sheet and licence go along.
 *
 * @throws ArtistError ERR_UNSUPPORTED: another family, LoHa, LoKr…, a layer that diffusers has no name for; ERR_LORA; ERR_ALREADY_EXISTS;
 *   ERR_INVALID_ARGUMENT; those of readLora() and of writing
 */
export const convertLora = answering('convertLora', async (path: string, options: ConvertLoraOptions): Promise<LoraReport> => {
  return (await import('./convert.ts')).convertLora(path, options);
});
