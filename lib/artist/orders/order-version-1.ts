/** Orders of version 1: the flags of the command `create`, as the command line wrote them, under the key `create`. */
import * as z from 'zod';

export const orderVersion1 = z.strictObject({
  version: z.literal(1).optional(),
  prompt: z.string().optional(),
  create: z.strictObject({
    candidates: z.string().optional(),
    clip: z.string().optional(),
    taste: z.string().optional(),
    reject: z.array(z.string()).optional(),
    score: z.boolean().optional(),
    width: z.number().optional(),
    height: z.number().optional(),
    steps: z.number().optional(),
    sampler: z.string().optional(),
    cfg: z.number().optional(),
    lora: z.array(z.strictObject({ path: z.string(), weight: z.number().optional() })).optional(),
    model: z.string().optional(),
    style: z.union([z.string(), z.array(z.strictObject({ name: z.string(), weight: z.number().optional() }))]).optional(),
    expand: z.boolean().optional(),
    upscale: z.boolean().optional(),
  }),
});

/** Converts an order of version 1 to the option names of create(). Does not check the values. */
export function fromVersion1({ prompt, create }: z.infer<typeof orderVersion1>): Record<string, unknown> {
  const { cfg, lora, candidates, ...same } = create;
  const count = Number(candidates);
  return { ...same, prompt, cfgScale: cfg, loras: lora, candidates: Number.isNaN(count) ? candidates : count };
}
