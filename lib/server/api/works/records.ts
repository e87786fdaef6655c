/** Works as clients get them: without paths of this machine. */
import { win32 } from 'node:path';
import * as z from 'zod';
import { type Artwork, reviewFlags, type WorkSummary, withoutFolder } from '../../../gallery/index.ts';
import { recipeSchema, writeInfotext } from '../../../image/index.ts';
import { derivationSchema, describeDerivation, describeWordings } from '../../../prompt/index.ts';
import { recordOf } from '../changes/work-change.ts';

export const workRow = z.object({
  id: z.string(),
  createdAt: z.string(),
  width: z.int(),
  height: z.int(),
  version: z.string().describe('Of the picture: as `v` of its addresses, it lets them be cached for ever'),
  name: z.string().describe('Title, else the beginning of the prompt, else the id'),
  title: z.string().nullable(),
  altText: z.string().nullable(),
  prompt: z.string().nullable().describe('Its first 300 characters'),
  model: z.string().nullable(),
  seed: z.number().nullable(),
  rating: z.int().nullable(),
  star: z.boolean(),
  flag: z.enum(reviewFlags).nullable(),
  hidden: z.boolean(),
  tags: z.array(z.string()),
  collections: z.array(z.string()),
  trashedAt: z.string().nullable(),
  candidates: z.int().describe('Number of candidates whose pictures were kept'),
});
export type WorkRow = z.output<typeof workRow>;

/** Changes with the bytes of the picture. */
export const pictureVersion = (sha256: string): string => sha256.slice(0, 16);

export function rowOf(work: WorkSummary): WorkRow {
  return {
    id: work.id,
    createdAt: work.createdAt,
    width: work.width,
    height: work.height,
    version: pictureVersion(work.sha256),
    name: work.name,
    title: work.title ?? null,
    altText: work.altText ?? null,
    prompt: work.prompt ?? null,
    model: work.model === undefined ? null : String(withoutPlaces(work.model)),
    seed: work.seed ?? null,
    rating: work.rating ?? null,
    star: work.star,
    flag: work.flag ?? null,
    hidden: work.hidden,
    tags: work.tags,
    collections: work.collections,
    trashedAt: work.trashedAt ?? null,
    candidates: work.candidates,
  };
}

const anObject = z.record(z.string(), z.unknown());

export const fullWork = workRow.extend({
  updatedAt: z.string().nullable(),
  recordVersion: z.string().describe('Of the fields that can be changed: as If-Match of PATCH it refuses to overwrite what came between'),
  note: z.string().nullable().describe('Only for callers with a token'),
  prompt: z.string().nullable(),
  file: z.object({ sha256: z.string(), bytes: z.int(), name: z.string() }),
  recipe: anObject.nullable(),
  recipeHash: z.string().nullable(),
  infotext: z.string().nullable().describe('The recipe as A1111 writes it'),
  derivation: anObject.nullable(),
  howMade: z.array(z.string()).describe('How the prompt came about, in words; empty: it was given as it is, or nothing is known'),
  ledger: anObject.nullable(),
  provenance: anObject.nullable(),
  licence: anObject.nullable(),
  posts: z.array(anObject),
  imported: z.object({ from: z.string(), program: z.string().nullable() }).nullable(),
});

/** Texts that may look like a path without being one. */
const written: ReadonlySet<string> = new Set(['prompt', 'negativePrompt', 'text', 'title', 'altText']);

/** The data of a record with each absolute path cut to its last name. */
export function withoutPlaces(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return written.has(key) ? value : withoutFolder(value);
  if (Array.isArray(value)) return value.map((one) => withoutPlaces(one, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutPlaces(inner, name)]));
}

const dataOf = (value: unknown): Record<string, unknown> | null => (value ? (withoutPlaces(value) as Record<string, unknown>) : null);

/** Of a record of another version only the wordings are described; its data are there. */
function linesOf(derivation: unknown): string[] {
  const { success, data } = derivationSchema.safeParse(withoutPlaces(derivation));
  return success ? describeDerivation(data) : describeWordings(derivation);
}

/** @param notes whether the caller sees them */
export function fullRecord(work: Artwork, row: WorkRow, notes: boolean): z.output<typeof fullWork> {
  const recipe = dataOf(work.recipe);
  const whole = recipeSchema.safeParse(recipe);
  return {
    ...row,
    prompt: work.recipe?.prompt ?? null,
    updatedAt: work.updatedAt ?? null,
    recordVersion: recordOf(work).version,
    note: notes ? (work.note ?? null) : null,
    file: { sha256: work.image.sha256, bytes: work.image.bytes, name: work.file },
    recipe,
    recipeHash: work.recipeHash ?? null,
    infotext: whole.success ? writeInfotext(whole.data) : null,
    derivation: dataOf(work.derivation),
    howMade: linesOf(work.derivation),
    ledger: dataOf(work.curation),
    provenance: dataOf(work.provenance),
    licence: dataOf(work.licence),
    posts: (work.posts ?? []).map((post) => dataOf(post) ?? {}),
    imported: work.imported ? { from: win32.basename(work.imported.from), program: work.imported.program ?? null } : null,
  };
}
