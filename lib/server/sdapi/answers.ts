/** The answers of the API, for its description. Painted pictures are sent in pieces, past the serializer. */
import * as z from 'zod';
import { errorBody } from './fastapi-errors.ts';

/** With the one error status that only this API has. */
export const withErrors = <S extends z.ZodType>(schema: S) => ({ 200: schema, 422: errorBody });

const base64 = z.string().describe('base64, without data: before it');
const fields = z.record(z.string(), z.unknown());

export const paintAnswer = z.object({
  images: z.array(base64),
  parameters: fields.describe('The request; pictures only if include_init_images is set'),
  info: z.string().describe('JSON as text: seeds, prompts, infotexts …'),
});
export const extraAnswer = z.object({ html_info: z.string(), image: base64.nullable() });
export const extrasAnswer = z.object({ html_info: z.string(), images: z.array(base64) });
export const pngInfoAnswer = z.object({
  info: z.string().describe('The infotext; empty: none'),
  items: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.string()),
});
export const progressAnswer = z.object({
  progress: z.number().min(0).max(1),
  eta_relative: z.number(),
  state: z.object({
    skipped: z.boolean(),
    interrupted: z.boolean(),
    stopping_generation: z.boolean(),
    job: z.string(),
    job_count: z.int(),
    job_timestamp: z.string(),
    job_no: z.int(),
    sampling_step: z.int(),
    sampling_steps: z.int(),
  }),
  current_image: base64.nullable(),
  textinfo: z.string().nullable(),
  current_task: z.string().nullable(),
});
export const taskAnswer = z.object({
  active: z.boolean(),
  queued: z.boolean(),
  completed: z.boolean(),
  progress: z.number().nullable(),
  eta: z.number().nullable(),
  live_preview: z.string().nullable().describe('data URL of a JPEG'),
  id_live_preview: z.int(),
  textinfo: z.string().nullable(),
});
export const taskList = z.object({ size: z.int(), tasks: z.array(z.string()) });
export const optionsAnswer = z.object({
  sd_model_checkpoint: z.string(),
  sd_checkpoint_hash: z.string(),
  sd_vae: z.string(),
  CLIP_stop_at_last_layers: z.int(),
  samples_format: z.string(),
  samples_save: z.boolean(),
  grid_save: z.boolean(),
  return_grid: z.boolean(),
  enable_pnginfo: z.boolean(),
  live_previews_enable: z.boolean(),
  show_progress_every_n_steps: z.int(),
  upscaler_for_img2img: z.string().nullable(),
  face_restoration_model: z.string().nullable(),
});

const name = z.string();
const noPath = z.string().nullable();
/** By the last part of their paths. */
export const listAnswers = {
  checkpoints: z.array(z.object({ title: name, model_name: name, hash: noPath, sha256: noPath, filename: name, config: z.null() })),
  autoencoders: z.array(z.object({ model_name: name, filename: name })),
  samplers: z.array(z.object({ name, aliases: z.array(name), options: fields })),
  schedulers: z.array(z.object({ name, label: name, aliases: z.array(name), default_rho: z.number(), need_inner_model: z.boolean() })),
  upscalers: z.array(z.object({ name, model_name: noPath, model_path: noPath, model_url: noPath, scale: z.number() })),
  modes: z.array(z.object({ name })),
  networks: z.array(z.object({ name, path: noPath, scale: z.number() })),
  loras: z.array(z.object({ name, alias: name, path: name, metadata: fields })),
  styles: z.array(z.object({ name, prompt: name, negative_prompt: name })),
  embeddings: z.object({ loaded: fields, skipped: fields }),
  scripts: z.object({ txt2img: z.array(name), img2img: z.array(name) }),
  nothing: z.array(z.never()),
} as const;
