/**
 * The request of stable-diffusion.cpp's server (examples/server/api.md there): the body of `img_gen`, and what `<sd_cpp_extra_args>` holds.
 * As there, a field of another type than expected counts as absent, and unknown fields are ignored.
 */
import * as z from 'zod';

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const text = () => lenient(z.string());
const whole = () => lenient(z.int());
const number = () => lenient(z.number());
const truth = () => lenient(z.boolean());
const numbers = () => lenient(z.array(z.number()));

const picture = () => z.string().nullish();

const sampleParams = z.object({
  scheduler: text(),
  sample_method: text(),
  sample_steps: whole(),
  eta: number(),
  shifted_timestep: whole(),
  custom_sigmas: numbers(),
  flow_shift: number(),
  guidance: lenient(
    z.object({
      txt_cfg: number(),
      img_cfg: number(),
      distilled_guidance: number(),
      slg: lenient(z.object({ layers: lenient(z.array(z.int())), layer_start: number(), layer_end: number(), scale: number() })),
    }),
  ),
});

const hires = z.object({
  enabled: truth(),
  upscaler: text(),
  scale: number(),
  target_width: whole(),
  target_height: whole(),
  steps: whole(),
  denoising_strength: number(),
  custom_sigmas: numbers(),
  upscale_tile_size: whole(),
});

const tiling = z.object({
  enabled: truth(),
  tile_size_x: whole(),
  tile_size_y: whole(),
  target_overlap: number(),
  rel_size_x: number(),
  rel_size_y: number(),
});

export const sdcppParameters = z.object({
  prompt: text(),
  negative_prompt: text(),
  clip_skip: whole(),
  width: whole(),
  height: whole(),
  strength: number(),
  seed: whole(),
  batch_count: whole(),
  auto_resize_ref_image: truth(),
  increase_ref_index: truth(),
  control_strength: number(),
  embed_image_metadata: truth(),
  init_image: picture(),
  ref_images: z.array(z.string()).nullish(),
  mask_image: picture(),
  control_image: picture(),
  ip_adapter_image: picture(),
  sample_params: lenient(sampleParams),
  lora: z
    .array(z.object({ path: z.string().min(1), multiplier: number(), is_high_noise: truth() }), {
      error: 'expected [{ "path": "name", "multiplier": 1 }]',
    })
    .optional(),
  hires: lenient(hires),
  vae_tiling_params: lenient(tiling),
  cache_mode: text(),
  cache_option: text(),
  scm_mask: text(),
  scm_policy_dynamic: truth(),
  output_format: text(),
  output_compression: whole(),
});
export type SdcppParameters = z.output<typeof sdcppParameters>;
