/** What loads CLIP and its heads, whose code is loaded when it is called: a program that only paints never needs it. */
import { CallSite } from '../engine/index.ts';
import type { AestheticHead } from './aesthetic.ts';
import type { Clip } from './clip.ts';
import type { LoadClipOptions } from './options.ts';

/**
 * Loads a CLIP model; resolves when its weights are resident.
 *
 *     const clip = await loadClip();                                  // the bundled one: ranks pictures of the bundled painter
 *     const clip = await loadClip('./clip-vit-large-patch14');        // a folder of Hugging Face's CLIPModel
 *     const clip = await loadClip('./model.safetensors', { weightType: 'f16' });
 *
 * Every size is read from the file: ViT-B/32, B/16, L/14, L/14-336, H/14, bigG/14 and whatever else is built like them. Tensor names may be
 * those of Hugging Face's CLIPModel, of OpenCLIP, or of clip.cpp's GGUF files.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_MODEL_NOT_FOUND, ERR_READ; ERR_MODEL_FORMAT: damaged, no CLIP, a missing tower, wrong shapes
 *   or NaN weights: the message names the tensor; ERR_UNSUPPORTED: another activation, towers of another kind; ERR_NO_DEVICE; ERR_OUT_OF_MEMORY;
 *   ERR_MODEL_LOAD: the engine's own words; ERR_NO_BINARY; `signal.reason` when aborted
 */
export async function loadClip(spec?: string | LoadClipOptions, options?: Omit<LoadClipOptions, 'model'>): Promise<Clip> {
  const site = new CallSite('loadClip', loadClip);
  return (await import('./load-clip.ts')).loadClipAt(site, spec, options);
}

/**
 * Loads a linear aesthetic head: LAION's v2 (sac+logos+ava1-l14-linearMSE.pth, for OpenAI's ViT-L/14), v1 (sa_0_4_vit_l_14_linear.pth,
 * …_b_32_…, …_b_16_…), or any single linear layer in a .pth or .safetensors file. A .pth is read without executing what it holds.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND, ERR_READ; ERR_MODEL_FORMAT: damaged, of wrong shapes, or a pickle that
 *   holds anything but tensors; ERR_UNSUPPORTED: a network that is not linear, a file of a torch before 1.6
 */
export async function loadAestheticHead(path: string): Promise<AestheticHead> {
  return (await import('./aesthetic.ts')).loadAestheticHead(path);
}
