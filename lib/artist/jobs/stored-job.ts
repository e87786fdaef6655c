/** The stored form of a paint job, as the payload of a task in a queue. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import type { Json } from '../../schedule/index.ts';
import { dialects, type PaintWork, workSourceSchema } from './types.ts';

const version = 1;

/** Name of a file in the job's folder. */
const fileName = z.string().regex(/^[a-zA-Z]+\d*\.[a-z]+$/);

const inputFilesSchema = z.strictObject({
  initImage: fileName.optional(),
  maskImage: fileName.optional(),
  controlImage: fileName.optional(),
  referenceImages: z.array(fileName).optional(),
});
/** Names of the files in the job's folder that hold its input pictures. */
export type InputFiles = z.output<typeof inputFilesSchema>;

const options = z.record(z.string(), z.json());

const storedSchema = z.strictObject({
  /** Version of this form. Tasks of a schedule have no such field. */
  job: z.literal(version),
  /** Name of the home whose folder holds the pictures, see homeId(). */
  home: z.string(),
  work: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('generate'),
      model: z.string().optional(),
      load: options.optional(),
      options,
      tuned: z.literal('off').optional(),
    }),
    z.strictObject({ kind: z.literal('upscale'), options }),
    /** `options`: an order, see readOrder(). */
    z.strictObject({ kind: z.literal('create'), options, series: z.strictObject({ id: z.string(), index: z.int().min(0) }).optional() }),
  ]),
  pictures: inputFilesSchema,
  keep: z.boolean(),
  title: z.string().optional(),
  tags: z.array(z.string()).optional(),
  /** Works that it begins with. */
  from: z.array(workSourceSchema).optional(),
  client: z.string(),
  dialect: z.enum(dialects),
  reference: z.string().optional(),
  key: z.string().optional(),
});

type Stored = z.output<typeof storedSchema>;
/** A job as stored. The options were checked when it was submitted, and are checked again when it is painted. */
export type StoredJob = Omit<Stored, 'work'> & { work: PaintWork };

const absolute = (name: string): string => (existsSync(name) ? path.resolve(name) : name);

/** Names of existing files and folders become absolute, because the process that paints may have another working folder. */
function withFullPaths(work: PaintWork): PaintWork {
  if (work.kind !== 'generate') return work;
  const { loras } = work.options;
  return {
    ...work,
    ...(work.model !== undefined && { model: absolute(work.model) }),
    options: {
      ...work.options,
      ...(loras && {
        loras: loras.map((lora) => {
          if (typeof lora === 'string') return absolute(lora);
          return 'path' in lora ? { ...lora, path: absolute(lora.path) } : lora;
        }),
      }),
    },
  };
}

/**
 * The payload of a job.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when a field is no JSON
 */
export function newStoredJob(job: Omit<StoredJob, 'job'>): Json {
  const plain: unknown = JSON.parse(JSON.stringify({ ...job, job: version, work: withFullPaths(job.work) }));
  return resolveOptions('job', storedSchema, plain) as Json;
}

/** Whether the payload of a task is a paint job of this or a newer version. */
export function isPaintJob(payload: unknown): boolean {
  return payload !== null && typeof payload === 'object' && 'job' in payload;
}

/**
 * Reads the payload of a job.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when it is no job, ERR_NEWER_VERSION when a newer version wrote it
 */
export function readStoredJob(payload: unknown): StoredJob {
  const found = isPaintJob(payload) ? (payload as { job: unknown }).job : undefined;
  if (typeof found === 'number' && Number.isInteger(found) && found > version)
    throw new ArtistError(
      'ERR_NEWER_VERSION',
      `job: expected version ${version} or older, got ${found}. It was written by a newer ai-artist: update this one`,
    );
  return resolveOptions('job', storedSchema, payload) as unknown as StoredJob;
}
