import * as z from 'zod';
import { helpLine, optionTables, type Rows } from '../engine/index.ts';

/** A password or token: its text, or where it is stored. */
const secret = () =>
  z
    .union([
      z.string().min(1),
      z.strictObject({ env: z.string().min(1).describe('Name of an environment variable') }),
      z.strictObject({ file: z.string().min(1).describe('Path of a file that holds it, relative to the home folder') }),
    ])
    .meta({ secret: true });
export type Secret = z.output<ReturnType<typeof secret>>;

const weight = (value: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(1000).default(value);
const museum = (address: string) =>
  z
    .union([z.literal(false), z.url({ protocol: /^https?$/ })], { error: 'an address such as https://example.org, or false' })
    .default(address);
const promptWord = () => z.string().trim().min(1).max(2000);

type PaintRows = typeof optionTables.generate;
/** The options of generate() that are settings, with their schemas. */
type PaintShape = { -readonly [K in keyof PaintRows as PaintRows[K] extends { setting: true } ? K : never]: PaintRows[K]['schema'] };

const paintShape = Object.fromEntries(
  Object.entries(optionTables.generate as Rows)
    .filter(([, { setting }]) => setting)
    .map(([key, row]) => [key, row.schema.describe(helpLine(row))]),
) as PaintShape;

/** Every setting. Strict, so that a mistyped key is an error and not a setting without effect. Add only keys that some code reads. */
export const configSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .optional()
    .describe('Alias (see: ai-artist models list) or path of the model that paints. Default: the bundled one'),
  loras: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe('File, relative to the folder loras of the home folder'),
        weight: z.number().min(-10).max(10).default(1).describe('Strength, -10..10'),
      }),
    )
    .max(64)
    .default([])
    .describe('LoRAs that this model always paints with'),
  paint: z
    .strictObject(paintShape)
    .prefault({})
    .describe('How this model paints, in create and generate. Not used when another --model is named'),
  create: z
    .strictObject({
      candidates: z
        .union([z.literal('auto'), z.int().min(1).max(64)], { error: 'auto or an integer 1..64' })
        .optional()
        .describe(
          'How many to paint, 1..64, or auto: as many as are worth their seconds. Default: one that passes the gates, in at most 3 tries',
        ),
      upscale: z.boolean().optional().describe('Enlarge four times. Default: when the picture is smaller than 512 pixels'),
      score: z.boolean().default(true).describe('Let CLIP choose among several candidates'),
      domainCheck: z.boolean().default(true).describe("Say when most words of a prompt were not in the bundled model's training"),
      clip: z
        .string()
        .min(1)
        .optional()
        .describe('CLIP that scores: a file or folder, relative to the home folder. Default: the bundled one'),
    })
    .prefault({})
    .describe('What create does'),
  prompt: z
    .strictObject({
      topics: z
        .record(promptWord(), z.array(promptWord()).min(1).max(10_000))
        .default({})
        .describe('Own topics, each with its subjects; one of a built-in name replaces it'),
      only: z.array(promptWord()).min(1).optional().describe('Topics to choose among. Default: all'),
      styles: z
        .array(
          z.strictObject({
            name: promptWord(),
            phrase: promptWord().optional(),
            weight: weight(1),
            lora: z
              .strictObject({ path: z.string().min(1), weight: z.number().min(-10).max(10).default(1) })
              .optional()
              .describe('Painted with wherever the style is: a file or a name, relative to the folder loras of the home folder'),
          }),
        )
        .default([])
        .describe('Own styles, perhaps with a LoRA; one of a built-in name changes its weight (0: never) or its phrase'),
      modifiers: z
        .array(z.strictObject({ group: promptWord(), name: promptWord(), phrase: promptWord().optional(), weight: weight(1) }))
        .default([])
        .describe('Own modifiers, in the group light, composition or (bundled model) background'),
      templates: z
        .array(z.union([promptWord(), z.strictObject({ text: promptWord(), weight: weight(1) })]))
        .default([])
        .describe('Own templates, which replace the built-in ones'),
      avoidRecent: z.int().min(0).max(1000).default(12).describe('A subject is not repeated within so many works, 0..1000'),
      learn: z.boolean().default(true).describe('Let ratings and the curation decide about styles and modifiers'),
      museums: z
        .strictObject({
          artic: museum('https://api.artic.edu').describe('Art Institute of Chicago'),
          met: museum('https://collectionapi.metmuseum.org').describe('The Metropolitan Museum of Art'),
          cleveland: museum('https://openaccess-api.clevelandart.org').describe('The Cleveland Museum of Art'),
        })
        .prefault({})
        .describe('Addresses of the catalogues that --inspire asks; false: not this one'),
      expand: z.boolean().default(true).describe('Decide {a|b} and __lists__ in prompts that are given'),
    })
    .prefault({})
    .describe('What create paints when it is given no prompt'),
  llm: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          "Base address of a server with OpenAI's chat completions, such as http://127.0.0.1:11434/v1. Default: none, fixed rules write",
        ),
      model: z.string().min(1).default('default').describe('Name of its model; servers with a single one take any'),
      apiKey: secret().optional().describe('Its key, or {env: NAME} or {file: PATH}'),
      timeoutSeconds: z.number().positive().max(600).default(30).describe('Of a question with all tries, seconds, up to 600'),
      retries: z.int().min(0).max(10).default(2).describe('Further tries, 0..10'),
      temperature: z.number().min(0).max(2).default(0.8).describe('How freely it writes, 0..2'),
      prompts: z.boolean().default(true).describe('Let it write the prompts that are chosen, for other models than the bundled one'),
      words: z.boolean().default(true).describe('Let it write titles and alternative texts'),
    })
    .prefault({})
    .describe('A language model that writes prompts, titles and alternative texts'),
  curation: z
    .strictObject({
      weights: z
        .strictObject({
          promptAlign: weight(1).describe('That the picture shows what was asked for'),
          aesthetic: weight(1).describe("An aesthetic head's score"),
          styleFit: weight(0.5).describe('Nearness to the works so far'),
          novelty: weight(0.25).describe('Distance from each single work so far'),
          technical: weight(0.25).describe('Distance from the technical gates'),
        })
        .prefault({})
        .describe('Factors of the terms, 0..1000; only their ratios matter'),
      wildCardOneIn: z.int().min(0).max(1000).default(0).describe('One round in this many keeps another candidate than the best. 0: never'),
      secondsPerPoint: z
        .number()
        .positive()
        .max(86_400)
        .default(30)
        .describe('With candidates: auto, the seconds that one point of the total is worth, about one standard deviation'),
      taste: z
        .string()
        .min(1)
        .optional()
        .describe('Taste or aesthetic head for the term aesthetic, relative to the home folder. Default: taste.json, where it is'),
      reject: z
        .array(z.string().min(1))
        .max(64)
        .default([])
        .describe('A candidate that fits one of these texts better than its prompt is rejected. Needs a CLIP that knows what they mean'),
    })
    .prefault({})
    .describe('How the best candidate is chosen'),
  gallery: z
    .strictObject({
      folder: z.string().min(1).default('gallery').describe('Folder of the works, relative to the home folder'),
    })
    .prefault({})
    .describe('Where works are filed'),
  models: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Base address of the hub or a mirror. Default: HF_ENDPOINT, else huggingface.co'),
      token: secret().optional().describe('Hugging Face token for gated models, or {env: NAME} or {file: PATH}. Default: HF_TOKEN'),
      connections: z.int().min(1).max(16).default(4).describe('Parallel ranges per file, 1..16'),
    })
    .prefault({})
    .describe('Where models are fetched from'),
  queue: z
    .strictObject({
      url: secret()
        .optional()
        .describe(
          'file, redis://host:port, or {env: NAME} or {file: PATH}: where schedule start hands works to workers. Default: it paints itself',
        ),
      name: z
        .string()
        .regex(/^[A-Za-z][\w.-]{0,63}$/)
        .optional()
        .describe('Of the queue in Redis: homes and workers that name the same share it. Default: one of the home alone'),
    })
    .prefault({})
    .describe('Works for other processes and machines'),
  metrics: z
    .strictObject({
      port: z.int().min(0).max(65_535).optional().describe('Serve /metrics and /healthz on this port. Default: not at all'),
      host: z.string().min(1).default('127.0.0.1').describe('Address to serve them on'),
      file: z.string().min(1).optional().describe('FILE.prom that is written every minute, relative to the home folder. Default: none'),
    })
    .prefault({})
    .describe('Metrics of schedule start, for Prometheus'),
  log: z
    .strictObject({
      level: z
        .enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
        .default('info')
        .describe('What is said on stderr; --quiet, --debug and --trace win'),
      format: z
        .enum(['auto', 'text', 'json'])
        .default('auto')
        .describe('text for people, json for programs; auto: json where NODE_ENV is production and no terminal reads along'),
      files: z.boolean().default(true).describe('schedule start and worker also write JSON lines into files'),
      fileLevel: z
        .enum(['error', 'warn', 'info', 'debug', 'trace'])
        .default('info')
        .describe('What these files hold; --debug and --trace hold more'),
      folder: z.string().min(1).default('logs').describe('Where they are, relative to the home folder'),
      maxMegabytes: z.number().min(0.01).max(10_000).default(10).describe('A file that would grow beyond this is followed by the next'),
      keepDays: z.int().min(0).max(3650).default(30).describe('Older files are removed, 0: never'),
      keepFiles: z.int().min(1).max(10_000).default(20).describe('At most so many files of each program stay'),
    })
    .prefault({})
    .describe('What is said, and what is written down'),
});
export type Config = z.output<typeof configSchema>;

/** Schema of a key without its optional and default wrappers. */
export function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return bare(schema.unwrap());
  return schema;
}

/** The keys of a section and their schemas; undefined: the schema is that of a value. */
export function sectionOf(schema: unknown): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** Every key, including sections: `create`, `create.candidates`. */
export function configKeys(schema: unknown = configSchema, path = ''): string[] {
  return Object.entries(sectionOf(schema) ?? {}).flatMap(([key, inner]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [name, ...configKeys(inner, name)];
  });
}

/** The schema of a key, by its path; undefined: unknown key. */
export function schemaAt(path: readonly string[]): z.ZodType | undefined {
  let schema: z.ZodType | undefined = configSchema;
  for (const key of path) schema = sectionOf(schema)?.[key];
  return schema;
}

export function isSecret(path: readonly string[]): boolean {
  const schema = bare(schemaAt(path));
  return schema instanceof z.ZodType && schema.meta()?.['secret'] === true;
}

/** The description of a key, even if a wrapper holds it. */
export const descriptionOf = (schema: z.ZodType): string => schema.description ?? '';
