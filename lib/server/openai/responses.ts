/** Shapes of answers, for the OpenAPI file. */
import * as z from 'zod';

export const openaiErrorBody = z.object({
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
});

export const modelResponse = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() });
export const modelList = z.object({ object: z.literal('list'), data: z.array(modelResponse) });

const tokens = z.object({ text_tokens: z.int(), image_tokens: z.int() });

export const imagesResponse = z.object({
  created: z.int(),
  background: z.literal('opaque'),
  output_format: z.enum(['png', 'jpeg', 'webp']),
  quality: z.enum(['low', 'medium', 'high']),
  size: z.string().optional(),
  data: z.array(z.object({ b64_json: z.string().optional(), url: z.string().optional() })),
  usage: z.object({
    input_tokens: z.int(),
    input_tokens_details: tokens,
    output_tokens: z.int(),
    output_tokens_details: tokens,
    total_tokens: z.int(),
  }),
  warnings: z.array(z.string()).optional(),
});
