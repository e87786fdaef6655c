import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ArtistError, answering, resolveOptions } from '../../core/index.ts';

const text = z.string().optional();

const weightsFile = z.strictObject({
  /** File name without folder, or the name of the bundled model. */
  name: z.string(),
  /** SHA-256 over the tensors (ours) or over the file (other programs), lower-case hex, other programs often shorten it. */
  hash: text,
});

/** The high-resolution pass: a low-resolution picture was enlarged and repainted. */
const hires = z.strictObject({
  upscaler: text,
  /** Factor of enlargement. */
  scale: z.number().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  /** Steps of the second pass. */
  steps: z.int().optional(),
  denoisingStrength: z.number().optional(),
});

/**
 * Everything that determines a picture, and the software that painted it. Same recipe + same engine + same backend = the same pixels.
 * Units: sizes in pixels, strengths 0..1. Settings without their own field go into `extra`.
 */
export const recipeSchema = z.strictObject({
  /** Default txt2img. It also determines the IPTC DigitalSourceType of the file. */
  mode: z.enum(['txt2img', 'img2img', 'inpaint', 'edit', 'upscale']).optional(),
  prompt: z.string(),
  negativePrompt: text,
  /** Seed of this picture, 0..2^53-1. */
  seed: z.int().min(0).optional(),
  steps: z.int().min(0).optional(),
  /** The engine's name, e.g. "euler_a" (names unknown to the engine stay as other programs wrote them). */
  sampler: text,
  /** The engine's name, e.g. "karras". */
  scheduler: text,
  /** Custom noise levels; they replace the scheduler. */
  sigmas: z.array(z.number()).optional(),
  cfgScale: z.number().optional(),
  imageCfgScale: z.number().optional(),
  /** Guidance of distilled models (Flux); "Distilled CFG Scale" of Forge. */
  distilledGuidance: z.number().optional(),
  eta: z.number().optional(),
  flowShift: z.number().optional(),
  /** 1 = the last layer of the text encoder, 2 = the one before (A1111's counting). */
  clipSkip: z.int().optional(),
  width: z.int().min(1).optional(),
  height: z.int().min(1).optional(),
  /** img2img and inpaint: 0 keeps the given picture, 1 ignores it. */
  denoisingStrength: z.number().optional(),
  model: weightsFile.optional(),
  vae: weightsFile.optional(),
  loras: z
    .array(
      z.strictObject({
        ...weightsFile.shape,
        weight: z.number(),
        /** Strength in the text encoders, if it is not `weight`. */
        textEncoderWeight: z.number().optional(),
        /** Number of model weights it changed, if fewer than the `total` in its file. */
        applied: z.int().min(0).optional(),
        total: z.int().min(0).optional(),
      }),
    )
    .optional(),
  controlNet: z.strictObject({ ...weightsFile.shape, strength: z.number().optional() }).optional(),
  /** Index in its batch, from 0. */
  batchIndex: z.int().min(0).optional(),
  batchCount: z.int().min(1).optional(),
  hires: hires.optional(),
  /** Enlargement after painting. */
  upscaler: z
    .strictObject({
      ...weightsFile.shape,
      /** Width divided by the painted width. */
      factor: z.number().optional(),
      /** Numbers that the CPU multiplied, if not f32: "bf16". */
      cpuPrecision: text,
    })
    .optional(),
  /** Generator of the start noise: "cuda", "cpu" or "std_default". */
  rng: text,
  /** Version of the engine, e.g. "stable-diffusion.cpp a1b2c3d". */
  engine: text,
  /** Device that computed it, e.g. "CPU", "CUDA0". */
  backend: text,
  /** Program and version, e.g. "ai-artist 0.1.0". */
  software: text,
  /** Further settings by name. Strings appear in the infotext, everything in our exact record. */
  extra: z.record(z.string(), z.json()).optional(),
});

export type Recipe = z.output<typeof recipeSchema>;

/** A recipe with the fields that another program wrote. */
export type PartialRecipe = Partial<Recipe>;

const program = 'ai-artist ';

/** `software` of the recipes of this program. */
export const ownSoftware = (version: string): string => `${program}${version}`;

/** Whether this program, in whatever version, painted it. */
export const isOwnRecipe = ({ software }: PartialRecipe): boolean => software?.startsWith(program) === true;

/**
 * Checks a recipe and returns a copy of it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT with the name of the field
 */
export function checkRecipe(recipe: Recipe): Recipe {
  return resolveOptions('recipe', recipeSchema, recipe);
}

/** Deeper than any record of ours; prevents a stack overflow on hostile input. */
const maxDepth = 100;

function canonical(value: unknown, depth = 0): string {
  if (depth > maxDepth)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `canonicalJson: expected at most ${maxDepth} levels, got a value that is nested more deeply`,
    );
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null, depth + 1)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${canonical(key)}:${canonical(item, depth + 1)}`).join(',')}}`;
  }
  const json = JSON.stringify(value);
  return typeof value === 'string' ? json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff') : json;
}

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 units, no blanks, undefined left out. U+FFFE and U+FFFF are also escaped, because XMP
 * cannot contain them.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: nested more than 100 levels deep, or not JSON
 */
export const canonicalJson = answering('canonicalJson', (value: unknown): string => canonical(value));

/** SHA-256 of the recipe's canonical JSON, 64 hex digits. Depends on every field, but not on the order of keys. */
export function recipeHash(recipe: Recipe): string {
  return createHash('sha256')
    .update(canonicalJson(checkRecipe(recipe)), 'utf8')
    .digest('hex');
}

/** Name of the record in our files; its number increases when an old reader could misread a new record. */
const recordSchema = 'ai-artist.recipe/1';

/** Our exact record, as stored in files: PNG iTXt `ai-artist`, XMP `aiArtist:Recipe` in JPEG and WebP. */
export function recipeRecord(recipe: Recipe): string {
  return canonicalJson({ recipe, schema: recordSchema });
}

/**
 * Reads our record. Fields added by a newer version go into `extra`, so that nothing is lost. Returns undefined if the record is not ours
 * or a known field is invalid.
 */
export function recipeFromRecord(record: unknown): Recipe | undefined {
  if (record === null || typeof record !== 'object' || !('schema' in record) || record.schema !== recordSchema || !('recipe' in record))
    return undefined;
  const { recipe } = record;
  if (recipe === null || typeof recipe !== 'object' || Array.isArray(recipe)) return undefined;
  const known: Record<string, unknown> = {};
  const newer: [string, unknown][] = [];
  for (const [key, value] of Object.entries(recipe)) {
    if (Object.hasOwn(recipeSchema.shape, key)) known[key] = value;
    else newer.push([key, value]);
  }
  const extra = { ...(known['extra'] as object | undefined), ...Object.fromEntries(newer) };
  try {
    const result = recipeSchema.safeParse(newer.length > 0 ? { ...known, extra } : known);
    return result.success ? result.data : undefined;
  } catch (error) {
    // zod descends into `extra` recursively: a record nested a hundred thousand levels deep would overflow the stack and is not ours.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
