import * as z from 'zod';
import { jsonValue } from '../../openapi/json-value.ts';
import { webhookEvents } from '../../webhooks/webhook-state.ts';
import { jobStates } from './job-view.ts';

const options = z.record(z.string().max(100), jsonValue());

/** A picture of a request: base64 with or without `data:image/png;base64,` before it, or a work of the gallery. */
const picture = z.union([z.string().min(1), z.strictObject({ work: z.string().min(1).max(100) })], {
  error: 'a picture as base64, or {work: id}',
});

const fields = {
  kind: z
    .enum(['generate', 'create', 'upscale'])
    .default('generate')
    .describe('generate: the options as they are; create: the artist paints candidates and keeps the best; upscale: enlarges initImage'),
  prompt: z.string().optional().describe('Short for options.prompt'),
  model: z.string().min(1).max(1000).optional().describe('Alias or name of a model. Default: the one of the settings, or of the recipe'),
  load: options.optional().describe('Options of loadModel()'),
  options: options.default({}).describe('Options of generate(), create() or upscale(), by their names in the library'),
  recipe: options.optional().describe('Recipe to paint, as works and jobs have it; `options` replace what it says'),
  infotext: z.string().min(1).max(200_000).optional().describe('Recipe as the text that A1111 and this program write into pictures'),
  work: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Id of a work whose recipe is painted; with kind upscale: whose picture is enlarged'),
  exact: z.boolean().default(false).describe('Refuse a recipe that cannot be painted again to the same pixels'),
  pictures: z
    .strictObject({
      initImage: picture.optional(),
      maskImage: picture.optional(),
      controlImage: picture.optional(),
      referenceImages: z.array(picture).min(1).max(16).optional(),
    })
    .default({})
    .describe('Pictures for img2img, inpainting (white is repainted), control and editing'),
  keep: z.boolean().default(true).describe('File the pictures in the gallery'),
  title: z.string().max(1000).optional(),
  tags: z.array(z.string().min(1).max(200)).max(1000).optional(),
  reference: z.string().min(1).max(200).optional().describe('Your own id; unique among your jobs that wait or run'),
  priority: z.int().min(0).max(100).optional().describe('Larger first. Default 60; works of a schedule have 50'),
} as const;

export const newJob = z.strictObject({
  ...fields,
  webhook: z
    .strictObject({ url: z.string().max(2000), secret: z.string().max(200).optional(), events: z.array(z.enum(webhookEvents)).optional() })
    .optional()
    .describe('Called for this job; its origin must be listed in the setting server.webhooks.jobOrigins'),
});
export type NewJob = z.output<typeof newJob>;

/** What options can be taken from. */
export const recipeSource = z
  .strictObject({ recipe: fields.recipe, infotext: fields.infotext, work: fields.work })
  .refine((source) => Object.values(source).filter((value) => value !== undefined).length === 1, {
    error: 'one of recipe, infotext, work',
  });

/** Changes of a waiting job: what is not named stays. */
export const jobChange = z
  .strictObject({
    prompt: fields.prompt,
    model: fields.model,
    load: fields.load,
    options: options.optional().describe('Options that change; null takes one away'),
    title: fields.title,
    tags: fields.tags,
    priority: fields.priority,
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), { error: 'at least one change' });
export type JobChange = z.output<typeof jobChange>;

/** New place of a waiting job. */
export const jobMove = z.strictObject({
  before: z.string().min(1).max(128).nullable().describe('Id of the waiting job to go before; null: behind all'),
});

const axis = z.strictObject({
  option: z
    .string()
    .regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)?$/, { error: 'the name of an option, such as steps or hires.scale' })
    .describe('Name of an option, such as cfgScale or hires.scale; or model'),
  values: z.array(jsonValue()).min(1).max(50),
});

const { reference: _, ...gridFields } = fields;
export const newGrid = z.strictObject({ ...gridFields, x: axis, y: axis.optional() });
export type NewGrid = z.output<typeof newGrid>;

/** `?state=waiting,running` */
const states = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(jobStates)));

export const jobQuery = z.strictObject({
  state: states.optional().describe('waiting, delayed, running, done, failed, cancelled; several with commas'),
  mine: z.stringbool().optional().describe('Only those of this token'),
  batch: z.string().max(100).optional().describe('Only those of a grid'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(100).optional().describe('`next` of the page before'),
});

export const jobId = z.strictObject({ id: z.string().min(1).max(128) });
