/**
 * Bodies of requests. As in A1111, nearly every field may be null, numbers may be text, and keys that are not known are dropped: some clients send their own settings along, with
 * passwords, which must not be in the echo of the request.
 */
import * as z from 'zod';

const numericText = (what: string) =>
  z
    .string()
    .regex(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i, { error: what })
    .transform(Number);
const numberIn = (min: number, max: number) =>
  z
    .union([z.number(), numericText('a number')], { error: 'a number' })
    .pipe(z.number().min(min).max(max))
    .nullish();
const wholeIn = (min: number, max: number) =>
  z
    .union([z.number(), numericText('an integer')], { error: 'an integer' })
    .pipe(z.int().min(min).max(max))
    .nullish();
const truth = () =>
  z
    .union([z.boolean(), z.literal([0, 1, 'true', 'false', 'True', 'False'])], { error: 'true or false' })
    .transform((value) => (typeof value === 'string' ? /^true$/i.test(value) : Boolean(value)))
    .nullish();
const text = () => z.string().nullish();
const settings = () => z.record(z.string(), z.unknown()).nullish();
/** A picture: base64, with or without `data:image/png;base64,` before it. */
const picture = () => z.string();

const largestSeed = Number.MAX_SAFE_INTEGER;
const edge = () => wholeIn(0, 8192);

/** What txt2img and img2img share. Steps, cfg_scale and sizes that are left out are the model's own. */
const shared = {
  prompt: text(),
  negative_prompt: text(),
  // Bounded, because each one makes the prompt anew.
  styles: z.array(z.string().max(1000)).max(100).nullish(),
  seed: wholeIn(-largestSeed, largestSeed),
  subseed: wholeIn(-largestSeed, largestSeed),
  subseed_strength: numberIn(0, 1),
  seed_resize_from_h: wholeIn(-1, 8192),
  seed_resize_from_w: wholeIn(-1, 8192),
  sampler_name: text(),
  sampler_index: text(),
  scheduler: text(),
  batch_size: wholeIn(1, 64),
  n_iter: wholeIn(1, 64),
  steps: wholeIn(1, 1000),
  cfg_scale: numberIn(0, 100),
  distilled_cfg_scale: numberIn(0, 100),
  width: edge(),
  height: edge(),
  restore_faces: truth(),
  tiling: truth(),
  eta: numberIn(0, 10),
  s_churn: numberIn(0, 1000),
  clip_skip: wholeIn(0, 12),
  denoising_strength: numberIn(0, 1),
  override_settings: settings(),
  override_settings_restore_afterwards: truth(),
  script_name: text(),
  alwayson_scripts: settings(),
  send_images: truth(),
  save_images: truth(),
  force_task_id: z.string().max(200).nullish(),
  infotext: text(),
  // Known and without effect: they stay in the echo of the request.
  script_args: z.array(z.unknown()).nullish(),
  do_not_save_samples: truth(),
  do_not_save_grid: truth(),
  s_min_uncond: numberIn(0, 1000),
  s_tmin: numberIn(0, 1000),
  s_tmax: numberIn(0, 1e9),
  s_noise: numberIn(0, 1000),
};

export const txt2imgBody = z.object({
  ...shared,
  enable_hr: truth(),
  hr_scale: numberIn(0, 8),
  hr_upscaler: text(),
  hr_second_pass_steps: wholeIn(0, 1000),
  hr_resize_x: edge(),
  hr_resize_y: edge(),
  hr_checkpoint_name: text(),
  hr_sampler_name: text(),
  hr_scheduler: text(),
  hr_prompt: text(),
  hr_negative_prompt: text(),
  firstphase_width: edge(),
  firstphase_height: edge(),
});
export type Txt2imgBody = z.output<typeof txt2imgBody>;

export const img2imgBody = z.object({
  ...shared,
  init_images: z.array(picture()).nullish(),
  /** 0: stretch; 1: crop; 2: fill the borders; 3: stretch. */
  resize_mode: wholeIn(0, 3),
  image_cfg_scale: numberIn(0, 100),
  /** White is repainted. */
  mask: picture().nullish(),
  mask_blur: numberIn(0, 1000),
  mask_blur_x: numberIn(0, 1000),
  mask_blur_y: numberIn(0, 1000),
  inpainting_fill: wholeIn(0, 3),
  inpaint_full_res: truth(),
  inpaint_full_res_padding: wholeIn(0, 8192),
  inpainting_mask_invert: wholeIn(0, 1),
  include_init_images: truth(),
});
export type Img2imgBody = z.output<typeof img2imgBody>;

/** Either. */
export type PaintBody = Txt2imgBody | Img2imgBody;

const extras = {
  /** 0: by a factor; 1: to a size. */
  resize_mode: wholeIn(0, 1),
  show_extras_results: truth(),
  gfpgan_visibility: numberIn(0, 1),
  codeformer_visibility: numberIn(0, 1),
  codeformer_weight: numberIn(0, 1),
  upscaling_resize: numberIn(0.01, 64),
  upscaling_resize_w: wholeIn(1, 8192),
  upscaling_resize_h: wholeIn(1, 8192),
  upscaling_crop: truth(),
  upscaler_1: text(),
  upscaler_2: text(),
  extras_upscaler_2_visibility: numberIn(0, 1),
  upscale_first: truth(),
};

export const extraSingleBody = z.object({ ...extras, image: picture() });
export const extraBatchBody = z.object({
  ...extras,
  imageList: z
    .array(z.object({ data: picture(), name: z.string().nullish() }))
    .min(1)
    .max(64),
});
const extrasBody = z.object(extras);
export type ExtrasBody = z.output<typeof extrasBody>;

export const pictureBody = z.object({ image: picture() });
export const interrogateBody = z.object({ image: picture().nullish(), model: text() });
export const optionsBody = z.record(z.string(), z.unknown());
export const progressQuery = z.object({ skip_current_image: z.string().optional() });
export const taskBody = z.object({ id_task: z.string(), id_live_preview: wholeIn(-1, largestSeed), live_preview: truth() });
