/**
 * Bodies of the image API of OpenAI (openai-openapi, August 2026). Every field but the prompt may be null; unknown fields are ignored, because
 * clients send what other servers understand.
 */
import * as z from 'zod';

const shared = {
  model: z.string().max(1000).nullish().describe('An id of /v1/models. Names of OpenAI stand for the default model'),
  n: z.int().min(1).max(10).nullish().describe('Number of pictures, 1..10'),
  size: z.string().max(100).nullish().describe('WIDTHxHEIGHT, or auto'),
  quality: z
    .enum(['auto', 'low', 'medium', 'high', 'standard', 'hd'])
    .nullish()
    .describe("low: half of the model's steps; high, hd: half as many again"),
  background: z.enum(['auto', 'opaque', 'transparent']).nullish().describe('transparent is refused'),
  output_format: z.enum(['png', 'jpeg', 'webp']).nullish(),
  output_compression: z.int().min(0).max(100).nullish().describe('Quality of JPEG and WebP, 0..100. Default: 90'),
  response_format: z.enum(['url', 'b64_json']).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.int().min(0).max(3).nullish().describe('With stream: previews of each picture'),
  user: z.string().nullish().describe('Ignored'),
};

export const generationBody = z.object({
  prompt: z.string().min(1),
  ...shared,
  moderation: z.string().nullish().describe('Ignored'),
  style: z.string().nullish().describe('Ignored'),
});
export type GenerationBody = z.output<typeof generationBody>;

/** A picture inside JSON. */
const pictureAddress = z.object({
  image_url: z.string().max(20_971_520).nullish().describe('data: URL; addresses are refused'),
  file_id: z.string().nullish().describe('Refused: there are no files here'),
});

/** The fields of an edit; pictures come as parts of a form, or in `images` and `mask`. */
export const editBody = z.object({
  prompt: z.string().min(1),
  ...shared,
  input_fidelity: z.enum(['high', 'low']).nullish().describe('high: keeps more of the picture'),
});
export type EditBody = z.output<typeof editBody>;

export const editPictures = z.object({
  images: z.array(pictureAddress).min(1).max(16),
  mask: pictureAddress.nullish(),
});

export const variationBody = z.object({
  model: shared.model,
  n: shared.n,
  size: shared.size,
  response_format: shared.response_format,
  user: shared.user,
});
export type VariationBody = z.output<typeof variationBody>;
