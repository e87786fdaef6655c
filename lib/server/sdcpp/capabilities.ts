import { parse } from 'node:path';
import { hiresUpscalers, maxEdge, samplers, schedulers } from '../../engine/index.ts';
import { imageFormats } from '../../image/index.ts';
import { listLoras } from '../../lora/index.ts';
import type { ServerContext } from '../context.ts';
import { engineSteps, modelFacts } from '../models/facts.ts';

/** Jobs of one client that may wait or run at a time. */
export const mostPending = 64;

const features = {
  init_image: true,
  mask_image: true,
  control_image: true,
  ip_adapter_image: false,
  ref_images: true,
  lora: true,
  vae_tiling: true,
  hires: true,
  cache: true,
  cancel_queued: true,
  cancel_generating: true,
};

/** What front ends start with: the settings and the model's own values. They may send all of it back. */
async function defaultsOf(context: ServerContext) {
  const { name, defaults, trained } = await modelFacts(context, undefined);
  const size = trained ?? { width: 512, height: 512 };
  const values = {
    prompt: '',
    negative_prompt: defaults.negativePrompt ?? '',
    clip_skip: defaults.clipSkip ?? -1,
    width: defaults.width ?? size.width,
    height: defaults.height ?? size.height,
    strength: 0.75,
    seed: -1,
    batch_count: 1,
    auto_resize_ref_image: true,
    increase_ref_index: false,
    control_strength: 0.9,
    sample_params: {
      scheduler: defaults.scheduler ?? 'default',
      sample_method: defaults.sampler ?? 'default',
      sample_steps: defaults.steps ?? engineSteps,
      eta: defaults.eta ?? null,
      shifted_timestep: 0,
      flow_shift: defaults.flowShift ?? null,
      guidance: {
        txt_cfg: defaults.cfgScale ?? 7,
        img_cfg: null,
        distilled_guidance: defaults.guidance ?? 3.5,
        slg: { layers: [7, 8, 9], layer_start: 0.01, layer_end: 0.2, scale: 0 },
      },
    },
    hires: {
      enabled: false,
      upscaler: 'Latent',
      scale: 2,
      target_width: 0,
      target_height: 0,
      steps: 0,
      denoising_strength: 0.7,
      custom_sigmas: [],
      upscale_tile_size: 128,
    },
    vae_tiling_params: { enabled: false, tile_size_x: 0, tile_size_y: 0, target_overlap: 0.5, rel_size_x: 0, rel_size_y: 0 },
    cache_mode: 'disabled',
    cache_option: '',
    scm_mask: '',
    scm_policy_dynamic: true,
    output_format: 'png',
    output_compression: 100,
  };
  return { name, values };
}

/** What this server can do, as front ends of stable-diffusion.cpp read it. Names stand where that server has paths of its machine. */
export async function sdcppCapabilities(context: ServerContext): Promise<object> {
  const [{ name, values }, loras] = await Promise.all([defaultsOf(context), listLoras({ home: context.home.folder })]);
  return {
    model: { name, stem: parse(name).name, path: name },
    current_mode: 'img_gen',
    supported_modes: ['img_gen'],
    defaults: values,
    defaults_by_mode: { img_gen: values },
    limits: { min_width: 64, max_width: maxEdge, min_height: 64, max_height: maxEdge, max_batch_count: 64, max_queue_size: mostPending },
    samplers: ['default', ...samplers],
    schedulers: ['default', ...schedulers],
    output_formats: imageFormats,
    output_formats_by_mode: { img_gen: imageFormats },
    features,
    features_by_mode: { img_gen: features },
    loras: loras.filter(({ info }) => info !== undefined).map((lora) => ({ name: lora.name, path: lora.name })),
    upscalers: hiresUpscalers.map((upscaler) => ({ name: upscaler })),
  };
}
