import { basename, isAbsolute, win32 } from 'node:path';
import * as z from 'zod';
import { errorCodes } from '../../../core/index.ts';
import { dialects, type JobPicture, type PaintJob } from '../../../service/index.ts';

export const jobStates = ['waiting', 'delayed', 'running', 'done', 'failed', 'cancelled'] as const;
const phases = ['queued', 'loading', 'encoding', 'sampling', 'decoding', 'upscaling', 'filing'] as const;

const jsonObject = z.record(z.string(), z.unknown());

const pictureView = z.object({
  index: z.int(),
  work: z.string().nullable().describe('Id of the work in the gallery; null: it was not filed'),
  format: z.enum(['png', 'jpeg', 'webp']),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  seed: z.number().nullable(),
  recipe: jsonObject.nullable(),
});

const progressView = z.object({
  phase: z.enum(phases).nullable().describe('What it is doing; of a job that failed or was cancelled, where it ended; null: it is done'),
  image: z.int().describe('Index of the picture being painted'),
  images: z.int(),
  step: z.int(),
  steps: z.int(),
  fraction: z.number().describe('0..1, of the whole job; never decreases'),
  etaSeconds: z.number().nullable(),
  preview: z.int().describe('Grows by one with every preview; 0: there is none'),
});

export const jobView = z.object({
  id: z.string(),
  state: z.enum(jobStates),
  ahead: z.int().nullable().describe('Jobs that run before this one; 0: it is next or runs; null: it has ended'),
  client: z.string().describe('Id of the token that submitted it; schedule: a schedule did'),
  dialect: z.enum(dialects),
  reference: z.string().nullable(),
  batch: z.string().nullable().describe('Id of the grid that it belongs to'),
  request: z
    .object({
      kind: z.enum(['generate', 'create', 'upscale']),
      model: z.string().optional(),
      load: jsonObject.optional(),
      options: jsonObject,
      series: z.object({ id: z.string(), index: z.int() }).optional().describe('The series that the work belongs to, and its place from 0'),
    })
    .nullable()
    .describe('What it paints; null: hidden, or a task of another program'),
  keep: z.boolean(),
  priority: z.int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  progress: progressView.nullable(),
  pictures: z.array(pictureView),
  warnings: z.array(z.string()),
  error: z.object({ code: z.enum(Object.keys(errorCodes) as [string, ...string[]]), message: z.string() }).nullable(),
});
export type JobView = z.input<typeof jobView>;

const texts: ReadonlySet<string> = new Set(['prompt', 'negativePrompt', 'title', 'description', 'tags']);

/** Options with the names of files instead of their full paths, which clients must not learn. */
export function withoutFolders(value: unknown, key = ''): unknown {
  if (texts.has(key)) return value;
  if (typeof value === 'string') return isAbsolute(value) || win32.isAbsolute(value) ? basename(value.replaceAll('\\', '/')) : value;
  if (Array.isArray(value)) return value.map((item) => withoutFolders(item, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutFolders(inner, name)]));
}

function requestOf({ work, order }: PaintJob): JobView['request'] {
  if (work) return withoutFolders(work) as JobView['request'];
  if (!order) return null;
  const { version: _, ...options } = order;
  return { kind: 'create', options: withoutFolders(options) as Record<string, unknown> };
}

function viewPicture({ path: _, ...picture }: JobPicture): z.input<typeof pictureView> {
  return picture;
}

const grid = /^(grid-[0-9a-z]{26})\.\d+\.\d+$/;
/** References of the jobs of a grid: its id, column and row. */
export const gridReference = (id: string, column: number, row: number): string => `${id}.${column}.${row}`;
/** Id of the grid of a reference; null: it is of none. */
export const batchOf = (reference: string | null): string | null => grid.exec(reference ?? '')?.[1] ?? null;

/** @param clean removes secrets and folders of this machine from a message */
export function viewJob(job: PaintJob, clean: (message: string) => string): JobView {
  const { work: _, order: __, worker: ___, pictures, reference, error, warnings, progress, ...rest } = job;
  return {
    ...rest,
    reference,
    batch: batchOf(reference),
    request: requestOf(job),
    progress: progress && { ...progress, phase: job.state === 'done' ? null : progress.phase },
    pictures: pictures.map(viewPicture),
    warnings: warnings.map(clean),
    error: error && { code: error.code, message: clean(error.message) },
  };
}

/** A job for callers without a token: that it is there and how far it is, not what it paints or for whom. */
export function openJobView(view: JobView): JobView {
  const { error } = view;
  return {
    ...view,
    client: '',
    reference: null,
    batch: null,
    request: null,
    pictures: [],
    warnings: [],
    error: error && { code: error.code, message: '' },
  };
}
