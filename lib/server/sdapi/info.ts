/** The field `info` of an answer: JSON in a string, with every key that clients read. */
import { packageVersion } from '../../core/index.ts';
import { type Recipe, samplerTitle, writeInfotext } from '../../image/index.ts';
import type { PaintBody } from './bodies.ts';

export interface InfoParts {
  body: PaintBody;
  /** Of the pictures in the answer, in their order. */
  recipes: readonly (Recipe | null)[];
  /** What was asked for and is not done, and the warnings of the engine. */
  comments: readonly string[];
  createdAt: string;
}

/** `20261201161225`, as A1111 writes the time of a job. */
export const timestamp = (iso: string): string => iso.replace(/\D/g, '').slice(0, 14);

const hash = (text: string | undefined): string | null => text?.slice(0, 10) ?? null;

export function infoText({ body, recipes, comments, createdAt }: InfoParts): string {
  const recipe: Partial<Recipe> = recipes.find((each) => each !== null) ?? {};
  const prompt = recipe.prompt ?? body.prompt ?? '';
  const negative = recipe.negativePrompt ?? body.negative_prompt ?? '';
  const seed = recipe.seed ?? body.seed ?? -1;
  const subseed = body.subseed ?? -1;
  return JSON.stringify({
    prompt,
    all_prompts: recipes.map((each) => each?.prompt ?? prompt),
    negative_prompt: negative,
    all_negative_prompts: recipes.map((each) => each?.negativePrompt ?? negative),
    seed,
    all_seeds: recipes.map((each, index) => each?.seed ?? seed + index),
    subseed,
    all_subseeds: recipes.map(() => subseed),
    subseed_strength: body.subseed_strength ?? 0,
    width: recipe.width ?? body.width ?? 0,
    height: recipe.height ?? body.height ?? 0,
    sampler_name: recipe.sampler === undefined ? (body.sampler_name ?? '') : samplerTitle(recipe.sampler),
    cfg_scale: recipe.cfgScale ?? body.cfg_scale ?? 0,
    steps: recipe.steps ?? body.steps ?? 0,
    batch_size: body.batch_size ?? 1,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: recipe.model?.name ?? '',
    sd_model_hash: hash(recipe.model?.hash) ?? '',
    sd_vae_name: recipe.vae?.name ?? null,
    sd_vae_hash: hash(recipe.vae?.hash),
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: recipe.denoisingStrength ?? recipe.hires?.denoisingStrength ?? 0,
    extra_generation_params: recipe.extra ?? {},
    index_of_first_image: 0,
    infotexts: recipes.map((each) => (each === null ? '' : writeInfotext(each))),
    styles: body.styles ?? [],
    job_timestamp: timestamp(createdAt),
    clip_skip: recipe.clipSkip ?? 1,
    is_using_inpainting_conditioning: false,
    version: `ai-artist ${packageVersion()}`,
    // Not of A1111, whose page shows them beside the picture.
    comments,
  });
}
