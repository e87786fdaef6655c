import * as z from 'zod';
import { helpLine, optionTables, type Rows } from '../engine/index.ts';
import { secret } from './secret.ts';
import { federationSettings } from './sections/federation-settings.ts';
import { hookSettings } from './sections/hook-settings.ts';
import { publishSettings } from './sections/publish-settings.ts';
import { serverSettings } from './sections/server-settings.ts';

/** A password or token: the text itself, or where it is stored. */

const weight = (value: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(1000).default(value);
const museum = (address: string) =>
  z
    .union([z.literal(false), z.url({ protocol: /^https?$/ })], { error: 'an address such as https://example.org, or false' })
    .default(address);
const promptWord = () => z.string().trim().min(1).max(2000);

type PaintRows = typeof optionTables.generate & typeof optionTables.loadModel;
/** The options of generate() and loadModel() that are settings, with their schemas. */
type PaintShape = { -readonly [K in keyof PaintRows as PaintRows[K] extends { setting: true } ? K : never]: PaintRows[K]['schema'] };

const paintShape = Object.fromEntries(
  Object.entries({ ...optionTables.generate, ...optionTables.loadModel } as Rows)
    .filter(([, { setting }]) => setting)
    .map(([key, row]) => [key, row.schema.describe(helpLine(row))]),
) as PaintShape;

/** Every setting. Each key here must be read somewhere. The schema is strict, so that a mistyped key is an error and not a setting without effect. */
export const configSchema = z.strictObject({
  model: z.string().min(1).optional().describe('Alias (see: ai-artist models list) or path of the model. Default: the bundled one'),
  loras: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe('File, relative to the folder loras of the home folder'),
        weight: z.number().min(-10).max(10).default(1).describe('Strength, -10..10'),
      }),
    )
    .max(64)
    .default([])
    .describe('LoRAs that are always used with this model'),
  paint: z
    .strictObject(paintShape)
    .prefault({})
    .describe('Settings of this model for create and generate. Not used if --model names another'),
  tuned: z.enum(['on', 'off']).default('on').describe('Use what ai-artist tune found for this machine'),
  create: z
    .strictObject({
      candidates: z
        .union([z.literal('auto'), z.int().min(1).max(64)], { error: 'auto or an integer 1..64' })
        .optional()
        .describe(
          'Number of candidates, 1..64, or auto: continue while another is worth its seconds. Default: one that passes the gates, in at most 3 tries',
        ),
      upscale: z.boolean().optional().describe('Enlarge four times. Default: if the picture is smaller than 512 pixels'),
      score: z.boolean().default(true).describe('Let CLIP choose among several candidates'),
      domainCheck: z.boolean().default(true).describe("Warn when most words of a prompt were not in the bundled model's training"),
      clip: z
        .string()
        .min(1)
        .optional()
        .describe('CLIP for scoring: a file or folder, relative to the home folder. Default: the bundled one'),
    })
    .prefault({})
    .describe('Defaults of create'),
  prompt: z
    .strictObject({
      topics: z
        .record(promptWord(), z.array(promptWord()).min(1).max(10_000))
        .default({})
        .describe('Your own topics, each with its subjects; one with a built-in name replaces it'),
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
              .describe('LoRA to use with this style: a file or a name, relative to the folder loras of the home folder'),
          }),
        )
        .default([])
        .describe('Your own styles, optionally with a LoRA; one with a built-in name changes its weight (0: never) or its phrase'),
      modifiers: z
        .array(z.strictObject({ group: promptWord(), name: promptWord(), phrase: promptWord().optional(), weight: weight(1) }))
        .default([])
        .describe('Your own modifiers, in the group light, composition or (bundled model) background'),
      templates: z
        .array(z.union([promptWord(), z.strictObject({ text: promptWord(), weight: weight(1) })]))
        .default([])
        .describe('Your own templates; they replace the built-in ones'),
      avoidRecent: z.int().min(0).max(1000).default(12).describe('Do not repeat a subject within this many works, 0..1000'),
      learn: z.boolean().default(true).describe('Let ratings and curation weight styles and modifiers'),
      museums: z
        .strictObject({
          artic: museum('https://api.artic.edu').describe('Art Institute of Chicago'),
          met: museum('https://collectionapi.metmuseum.org').describe('The Metropolitan Museum of Art'),
          cleveland: museum('https://openaccess-api.clevelandart.org').describe('The Cleveland Museum of Art'),
        })
        .prefault({})
        .describe('Addresses of the catalogues for --inspire; false: skip this one'),
      expand: z.boolean().default(true).describe('Expand {a|b} and __lists__ in given prompts'),
    })
    .prefault({})
    .describe('What create paints without a prompt'),
  llm: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          'Base address of a server with the OpenAI chat completions API, such as http://127.0.0.1:11434/v1. Default: none; fixed rules write the texts',
        ),
      model: z.string().min(1).default('default').describe('Name of its model; servers with a single model accept any name'),
      apiKey: secret().optional().describe('API key, or {env: NAME} or {file: PATH}'),
      timeoutSeconds: z.number().positive().max(600).default(30).describe('Time limit of a request with all tries in seconds, up to 600'),
      retries: z.int().min(0).max(10).default(2).describe('Retries after a failure, 0..10'),
      temperature: z.number().min(0).max(2).default(0.8).describe('Sampling temperature, 0..2'),
      prompts: z.boolean().default(true).describe('Let it write prompts when none is given; not for the bundled model'),
      words: z.boolean().default(true).describe('Let it write titles and alternative texts'),
    })
    .prefault({})
    .describe('A language model that writes prompts, titles and alternative texts'),
  curation: z
    .strictObject({
      weights: z
        .strictObject({
          promptAlign: weight(1).describe('How well the picture matches the prompt'),
          aesthetic: weight(1).describe('Score of the taste or aesthetic head'),
          styleFit: weight(0.5).describe('Similarity to the works so far'),
          novelty: weight(0.25).describe('Distance from the nearest work so far'),
          technical: weight(0.25).describe('Margin to the limits of the technical gates'),
        })
        .prefault({})
        .describe('Weights of the terms, 0..1000; only their ratios matter'),
      wildCardOneIn: z.int().min(0).max(1000).default(0).describe('One round in this many keeps a candidate other than the best. 0: never'),
      secondsPerPoint: z
        .number()
        .positive()
        .max(86_400)
        .default(30)
        .describe('With candidates: auto, the seconds that one point of the total score is worth; a point is about one standard deviation'),
      postsWeight: z
        .number()
        .min(0)
        .max(10)
        .default(0)
        .describe(
          'Weight of what your posts brought when a taste is learnt, 0..10; 1 lets all posts together weigh as much as all your ratings or duels, more lets them outweigh these',
        ),
      taste: z
        .string()
        .min(1)
        .optional()
        .describe('Taste or aesthetic head for the term aesthetic, relative to the home folder. Default: taste.json, if it exists'),
      reject: z
        .array(z.string().min(1))
        .max(64)
        .default([])
        .describe('Reject a candidate that fits one of these texts better than its prompt. Needs a CLIP that knows the texts'),
    })
    .prefault({})
    .describe('How the best candidate is chosen'),
  gallery: z
    .strictObject({
      folder: z.string().min(1).default('gallery').describe('Folder of the works, relative to the home folder'),
    })
    .prefault({})
    .describe('Where works are stored'),
  provenance: z
    .strictObject({
      sign: z
        .boolean()
        .default(false)
        .describe(
          'Sign filed pictures, and those of exported sites, with C2PA. Their bytes then differ each time. Needs: npm install @contentauth/c2pa-wasm',
        ),
      certificateFile: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file of your own certificate and its issuers, relative to the home folder. Default: one made on first use'),
      keyFile: z.string().min(1).optional().describe('PEM file of the private key of that certificate, relative to the home folder'),
      watermark: z
        .boolean()
        .default(false)
        .describe('Put an invisible mark into filed pictures of at least 256 pixels that names the work; only this home can read it'),
      training: z
        .enum(['allowed', 'notAllowed'])
        .default('notAllowed')
        .describe('Whether manifests let others train models on the pictures'),
    })
    .prefault({})
    .describe('Proof of where pictures come from'),
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
    .describe('Where models are downloaded from'),
  queue: z
    .strictObject({
      url: secret()
        .optional()
        .describe(
          'Queue for the workers: file, redis://host:port, or {env: NAME} or {file: PATH}. Default: none; schedule start paints itself',
        ),
      name: z
        .string()
        .regex(/^[A-Za-z][\w.-]{0,63}$/)
        .optional()
        .describe('Name of the queue in Redis; homes and workers with the same name share it. Default: one for this home alone'),
    })
    .prefault({})
    .describe('Queue that hands works to other processes and machines'),
  metrics: z
    .strictObject({
      port: z.int().min(0).max(65_535).optional().describe('Serve /metrics and /healthz on this port. Default: none'),
      host: z.string().min(1).default('127.0.0.1').describe('Address to serve them on'),
      file: z.string().min(1).optional().describe('FILE.prom to write every minute, relative to the home folder. Default: none'),
    })
    .prefault({})
    .describe('Metrics of schedule start, for Prometheus'),
  server: serverSettings.prefault({}).describe('The HTTP server'),
  publish: publishSettings.prefault({}).describe('Posts to networks'),
  on: hookSettings.prefault({}).describe('What is called after works, failures and periods'),
  federation: federationSettings.prefault({}).describe('An account of its own in the Fediverse'),
  log: z
    .strictObject({
      level: z
        .enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
        .default('info')
        .describe('Lowest level printed on stderr; --quiet, --debug and --trace override it'),
      format: z
        .enum(['auto', 'text', 'json'])
        .default('auto')
        .describe('text for people, json for programs; auto: json if NODE_ENV is production and stderr is not a terminal'),
      files: z.boolean().default(true).describe('Write JSON lines to log files too (schedule start, worker and serve)'),
      fileLevel: z
        .enum(['error', 'warn', 'info', 'debug', 'trace'])
        .default('info')
        .describe('Lowest level in these files; --debug and --trace lower it'),
      folder: z.string().min(1).default('logs').describe('Folder of the log files, relative to the home folder'),
      maxMegabytes: z.number().min(0.01).max(10_000).default(10).describe('Start a new file before one grows beyond this size'),
      keepDays: z.int().min(0).max(3650).default(30).describe('Delete files older than this many days; 0: never'),
      keepFiles: z.int().min(1).max(10_000).default(20).describe('Keep at most this many files of each program'),
    })
    .prefault({})
    .describe('Messages on stderr and log files'),
});
export type Config = z.output<typeof configSchema>;

/** Schema of a key without its optional and default wrappers. */
export function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return bare(schema.unwrap());
  return schema;
}

/** The keys of a section and their schemas; undefined for a value. */
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

/** The schema of the key at this path; undefined if there is none. */
export function schemaAt(path: readonly string[]): z.ZodType | undefined {
  let schema: z.ZodType | undefined = configSchema;
  for (const key of path) schema = sectionOf(schema)?.[key];
  return schema;
}

export function isSecret(path: readonly string[]): boolean {
  const schema = bare(schemaAt(path));
  return schema instanceof z.ZodType && schema.meta()?.['secret'] === true;
}

/** Whether a key is changed in the file by its owner alone, and neither shown nor changed through a server: it names programs to run. */
export function isFileOnly(path: readonly string[]): boolean {
  const schema = schemaAt(path);
  return schema?.meta()?.['fileOnly'] === true;
}

/** The description of a key, even if it is on a wrapper. */
export const descriptionOf = (schema: z.ZodType): string => schema.description ?? '';
