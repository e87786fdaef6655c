/** A task of the queue as a paint job. */
import { join } from 'node:path';
import {
  type Dialect,
  isPaintJob,
  JobFolder,
  type JobPicture,
  type JobProgress,
  type Order,
  type PaintWork,
  paintedJobSchema,
  picturesOf,
  type RecordedPicture,
  readOrder,
  readStoredJob,
  type StoredJob,
} from '../../artist/index.ts';
import { type ErrorCode, isArtistError, isoTime, recordedError } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import type { Recipe } from '../../image/index.ts';
import type { QueuedTask, TaskState } from '../../schedule/index.ts';
import type { PaintJob } from './types.ts';

export const openStates: readonly TaskState[] = ['running', 'waiting', 'delayed'];
/** As a limit of a list: all tasks. */
export const allTasks = 1_000_000;
export const isEnded = (state: TaskState): boolean => !openStates.includes(state);

/** What stands for the fields that tasks of a schedule do not have. */
const scheduled: Record<string, unknown> & { client: string; dialect: Dialect } = { client: 'schedule', dialect: 'api' };

export interface JobPlace {
  /** Absolute path of the home. */
  home: string;
  gallery: Gallery;
}

/** undefined: not a job that this version can read. */
export function jobOf({ payload }: Pick<QueuedTask, 'payload'>): StoredJob | undefined {
  try {
    return isPaintJob(payload) ? readStoredJob(payload) : undefined;
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return undefined;
  }
}

/** Whether a task is a job with these fields. Cheaper than jobOf() for a thousand tasks. */
export function hasFields({ payload }: QueuedTask, fields: Partial<Pick<StoredJob, 'client' | 'dialect' | 'reference' | 'key'>>): boolean {
  const found = isPaintJob(payload) ? (payload as Record<string, unknown>) : scheduled;
  return Object.entries(fields).every(([name, value]) => value === undefined || found[name] === value);
}

/** The order of a schedule; null: the task is of another kind, or of a newer version. */
function scheduledOrder({ payload }: QueuedTask): Order | null {
  if (payload === null || typeof payload !== 'object' || !('order' in payload)) return null;
  try {
    return readOrder(payload['order']);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return null;
  }
}

/** Without its version, which only the stored form has. */
function workOf({ work }: StoredJob): PaintWork {
  if (work.kind !== 'create') return work;
  const { version: _, ...options } = work.options as Order;
  return { ...work, options };
}

async function picturesOfTask({ result }: QueuedTask, folder: JobFolder, { gallery }: JobPlace): Promise<JobPicture[]> {
  const recorded = await folder.pictures();
  const pathOf = ({ work, file }: { work: string | null; file: string }): string =>
    work === null ? folder.fileOf(file) : join(gallery.folder, ...file.split('/'));
  if (recorded) return recorded.map(({ file, ...picture }: RecordedPicture) => ({ ...picture, path: pathOf({ ...picture, file }) }));
  // The folder of the job was removed: the gallery has the recipes of its works.
  const stored = paintedJobSchema.safeParse(result).data?.pictures ?? [];
  const works = await gallery.getMany(stored.flatMap(({ work }) => work ?? []));
  const recipes = new Map(works.map((work) => [work.id, (work.recipe ?? null) as Recipe | null]));
  return stored.map(({ file, ...picture }) => ({
    ...picture,
    path: pathOf({ ...picture, file }),
    recipe: recipes.get(picture.work ?? '') ?? null,
  }));
}

function progressOf(task: QueuedTask, job: StoredJob, known: JobProgress | undefined): JobProgress | null {
  const { state } = task;
  const images = picturesOf(job.work);
  const start: JobProgress = { phase: 'queued', image: 0, images, step: 0, steps: 0, fraction: 0, etaSeconds: null, preview: 0 };
  if (state === 'done') return { ...start, phase: 'filing', image: images - 1, ...known, fraction: 1, etaSeconds: 0 };
  if (isEnded(state)) return known ?? null;
  if (state === 'running') return known ?? start;
  return { ...start, fraction: known?.fraction ?? 0, preview: known?.preview ?? 0 };
}

/** @param ahead see PaintJob */
export async function describeJob(task: QueuedTask, ahead: number | null, place: JobPlace): Promise<PaintJob> {
  const { id, state, priority, addedAt, startedAt, endedAt, worker, code, message } = task;
  const job = jobOf(task);
  const folder = new JobFolder(place.home, id);
  // Before its first try, a job has no such files.
  const known = job && startedAt !== null;
  const [progress, pictures] = known ? await Promise.all([folder.progress(), picturesOfTask(task, folder, place)]) : [undefined, []];
  const { client = scheduled.client, dialect = scheduled.dialect, reference = null, keep = true } = job ?? {};
  return {
    id,
    state,
    ahead,
    client,
    dialect,
    reference,
    work: job ? workOf(job) : null,
    order: job ? null : scheduledOrder(task),
    keep,
    priority,
    createdAt: new Date(addedAt).toISOString(),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    worker,
    progress: job ? progressOf(task, job, progress) : null,
    pictures,
    warnings: paintedJobSchema.safeParse(task.result).data?.warnings ?? [],
    error: code === null || state === 'done' ? null : { code: recordedError(code, message).code as ErrorCode, message: message ?? '' },
  };
}

/** Number of tasks that run before each open one. */
/** The place of a task that was added last: tasks of its priority run before it. */
export const placeOfNew = (before: readonly QueuedTask[], { priority }: QueuedTask): number =>
  before.filter((task) => task.state === 'waiting' && task.priority >= priority).length;

export function placesOf(open: readonly QueuedTask[]): Map<string, number> {
  const places = new Map<string, number>();
  let waiting = 0;
  for (const { id, state } of open) {
    places.set(id, state === 'running' ? 0 : waiting);
    if (state === 'waiting') waiting++;
  }
  return places;
}
