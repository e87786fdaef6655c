import * as z from 'zod';
import { ArtistError, display, isUlid } from '../../core/index.ts';
import { recipeSchema } from '../../image/index.ts';

/** Version of the format. Increased when an older program would misread a new sidecar. */
export const sidecarVersion = 1;

/** A JSON object, stored unchanged; the code that owns it checks its fields. */
const record = () =>
  z.custom<Record<string, unknown>>((value) => value !== null && typeof value === 'object' && !Array.isArray(value), {
    error: 'expected an object',
  });
const word = () => z.string().min(1).max(200);

/** What a review decided about a work. It is independent of the rating: a work with four stars may be rejected. */
export const reviewFlags = ['pick', 'reject'] as const;

/** Fields that gallery.update() may change. */
const changeableShape = () => ({
  title: z.string().max(1000).optional(),
  /** A description of the picture for people who cannot see it. */
  altText: z.string().max(5000).optional(),
  tags: z.array(word()).max(1000).optional(),
  /** Names of the collections it belongs to. */
  collections: z.array(word()).max(1000).optional(),
  /** 1 to 5, larger is better. */
  rating: z.int().min(1).max(5).optional(),
  star: z.boolean().optional(),
  flag: z.enum(reviewFlags).optional(),
  /** Only the owner sees it: sites, feeds and readers without a token do not. */
  hidden: z.boolean().optional(),
  /** The owner's own text about it. No search finds it. */
  note: z.string().max(20_000).optional(),
  /** The terms of use. */
  licence: z.looseObject({ id: z.string().min(1), url: z.string().optional() }).optional(),
  /** How its origin is marked: AI label, credentials. */
  provenance: record().optional(),
  /** Where it was published. */
  posts: z.array(record()).optional(),
  /** The curation's `Ledger`: every candidate, and why it was kept or rejected. */
  curation: record().optional(),
  /** How the prompt came about. */
  derivation: record().optional(),
});

/** Every field of a recipe may be missing: other programs store fewer fields, and newer versions store more. */
const recipeFields = z.looseObject(recipeSchema.partial().shape);

/**
 * The sidecar, the file beside a picture, with everything known about the work. It is the source of truth; indexes are built from it.
 * People may edit it, and fields this version does not know are kept.
 */
export const sidecarSchema = z.looseObject({
  schema: z.literal(sidecarVersion),
  id: z.string().refine(isUlid, { error: 'expected a ULID' }),
  /** Name of the picture's file, in the same folder. */
  file: z.string().regex(/^[^/\\]+\.(png|jpg|jpeg|webp)$/, { error: 'expected the name of a .png, .jpg or .webp file in this folder' }),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime().optional(),
  image: z.looseObject({
    /** Of the file, lower-case hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.int().min(1),
    width: z.int().min(1),
    height: z.int().min(1),
  }),
  /** How it was painted. Absent if it was imported and its file contains no recipe. */
  recipe: recipeFields.optional(),
  /** recipeHash() of our own recipes: two works with one hash are one picture. */
  recipeHash: z.string().optional(),
  /** The origin of an imported picture. */
  imported: z.looseObject({ from: z.string(), program: z.string().optional() }).optional(),
  /** Pictures of the candidates in the order of the ledger, in one file of square tiles from left to right. */
  candidates: z.looseObject({ file: z.string().regex(/^[^/\\]+$/), tile: z.int().min(1), count: z.int().min(1) }).optional(),
  /** When it was moved to the trash, ISO; absent if it was not. */
  trashedAt: z.iso.datetime().optional(),
  ...changeableShape(),
});
export type Sidecar = z.output<typeof sidecarSchema>;

export const changeSchema = // null removes a field.
  z.strictObject(Object.fromEntries(Object.entries(changeableShape()).map(([name, field]) => [name, field.nullable()])) as NullableShape);
type Changeable = ReturnType<typeof changeableShape>;
type NullableShape = { [K in keyof Changeable]: z.ZodNullable<Changeable[K]> };

/** Fields for update(); null removes a field. */
export type SidecarChange = z.input<typeof changeSchema>;

/** What update() may change; null removes a field. */
export const updateSchema = changeSchema.extend({ trashedAt: z.iso.datetime().nullable().optional() });
export type WorkUpdate = z.input<typeof updateSchema>;

/** A ledger of 64 candidates has about half a megabyte. */
const longestSidecar = 16_000_000;
/** Limit, because writing and showing a sidecar is recursive. */
const deepestSidecar = 64;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

/** Parses the JSON object of a sidecar. */
export function readSidecarObject(path: string, text: string): Record<string, unknown> {
  let json: unknown;
  if (text.length > longestSidecar) throw damaged(path, `expected at most ${longestSidecar} characters, got ${text.length}`);
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, `expected JSON, got ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw damaged(path, `expected an object, got ${display(json)}`);
  return json as Record<string, unknown>;
}

/**
 * Checks the object of a sidecar.
 *
 * @throws ArtistError ERR_DAMAGED with the field, ERR_NEWER_VERSION
 */
export function checkSidecar(path: string, json: Record<string, unknown>): Sidecar {
  const { schema } = json;
  if (typeof schema === 'number' && schema > sidecarVersion)
    throw new ArtistError(
      'ERR_NEWER_VERSION',
      `${path}: expected a record of version ${sidecarVersion}, got ${schema}. It was written by a newer ai-artist: update this one`,
    );
  if (isDeeper(json, deepestSidecar)) throw damaged(path, `expected at most ${deepestSidecar} levels, got more`);
  const result = sidecarSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const value = issue?.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], json);
  throw damaged(path, `${field === '' ? '' : `${field}: `}${issue?.message ?? 'does not fit'} (${display(value)})`, result.error);
}

/** The valid fields of an object that update() may change. */
export function changeableFields(json: Record<string, unknown>): SidecarChange {
  const fields = Object.entries(changeableShape()).flatMap(([name, schema]): [string, unknown][] => {
    const { success, data } = schema.safeParse(json[name]);
    return success && data !== undefined ? [[name, data]] : [];
  });
  return Object.fromEntries(fields) as SidecarChange;
}

export function parseSidecar(path: string, text: string): Sidecar {
  return checkSidecar(path, readSidecarObject(path, text));
}

/** Indented, because people may edit it. */
export function sidecarText(sidecar: Record<string, unknown>): string {
  return `${JSON.stringify(sidecar, undefined, 2)}\n`;
}

function damaged(path: string, what: string, cause: unknown = undefined): ArtistError {
  return new ArtistError(
    'ERR_DAMAGED',
    `${path}: ${what}. Mend it by hand, or let it be made again from the picture: ai-artist gallery verify --fix`,
    { cause },
  );
}
