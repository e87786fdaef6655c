/** The fields of a work that clients change: their schema, and what a request makes of the present ones. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Artwork, changeSchema, reviewFlags, sameName, type WorkUpdate } from '../../../gallery/index.ts';

const names = () => z.array(z.string().trim().min(1).max(200)).max(1000).optional();

const { title, altText, tags, collections, rating, star, hidden, note } = changeSchema.shape;

/** A change of a work. Fields that are not named stay; null removes one. Lists are replaced as a whole, or changed by the `add…` and `remove…` fields. */
export const workChange = z.strictObject({
  title,
  altText,
  tags,
  collections,
  rating,
  star,
  hidden,
  note,
  flag: z
    .enum([...reviewFlags, 'none'])
    .nullable()
    .optional()
    .describe('Decision of a review, independent of the rating; none removes it'),
  addTags: names(),
  removeTags: names(),
  addCollections: names(),
  removeCollections: names(),
});
export type WorkChange = z.output<typeof workChange>;

/** What PATCH and its relatives answer: the fields that can be changed. */
export const workRecord = z.object({
  id: z.string(),
  version: z.string().describe('Changes with every change of these fields; the ETag of the record'),
  title: z.string().nullable(),
  altText: z.string().nullable(),
  tags: z.array(z.string()),
  collections: z.array(z.string()),
  rating: z.int().nullable(),
  star: z.boolean(),
  flag: z.enum(reviewFlags).nullable(),
  hidden: z.boolean(),
  note: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string().nullable(),
  trashedAt: z.string().nullable(),
});
export type WorkRecord = z.output<typeof workRecord>;

export function recordOf(work: Artwork): WorkRecord {
  const fields = {
    id: work.id,
    title: work.title ?? null,
    altText: work.altText ?? null,
    tags: work.tags ?? [],
    collections: work.collections ?? [],
    rating: work.rating ?? null,
    star: work.star ?? false,
    flag: work.flag ?? null,
    hidden: work.hidden ?? false,
    note: work.note ?? null,
    createdAt: work.createdAt,
    updatedAt: work.updatedAt ?? null,
    trashedAt: work.trashedAt ?? null,
  };
  // updatedAt is not part of it: a record edited by hand keeps its time.
  const { updatedAt: _, ...content } = fields;
  const version = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22);
  return { ...fields, version };
}

/** `names` with some added and some removed, in their order. Case does not distinguish names. */
function listed(present: readonly string[] = [], add: readonly string[] = [], remove: readonly string[] = []): string[] {
  const left = present.filter((name) => !remove.some((away) => sameName(name, away)));
  for (const name of add) if (!left.some((known) => sameName(known, name))) left.push(name);
  return left;
}

/** An absent field and its empty value are the same: false, no names, no decision. */
function emptied(fields: WorkUpdate): WorkUpdate {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === false || (Array.isArray(value) && value.length === 0) ? null : value]),
  );
}

/** The fields to write to this work; undefined: it has these values already. */
export function fieldsFor(work: Artwork, change: WorkChange): WorkUpdate | undefined {
  const { flag, addTags, removeTags, addCollections, removeCollections, ...given } = change;
  const fields: WorkUpdate = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (flag !== undefined) fields.flag = flag === 'none' ? null : flag;
  if (addTags || removeTags) fields.tags = listed(fields.tags === undefined ? work.tags : (fields.tags ?? []), addTags, removeTags);
  if (addCollections || removeCollections)
    fields.collections = listed(
      fields.collections === undefined ? work.collections : (fields.collections ?? []),
      addCollections,
      removeCollections,
    );
  return onlyNew(work, emptied(fields));
}

const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields whose values differ from those of the work; undefined: none does. */
export function onlyNew(work: Artwork, fields: WorkUpdate): WorkUpdate | undefined {
  const changed = Object.entries(fields).filter(([name, value]) => !sameValue(work[name], value));
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

/** Whether the work has exactly these values. */
export const hasValues = (work: Artwork, fields: WorkUpdate): boolean => onlyNew(work, fields) === undefined;

/** The values that these fields have now; null: absent. */
export function valuesOf(work: Artwork, fields: WorkUpdate): WorkUpdate {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, work[name] ?? null])) as WorkUpdate;
}
