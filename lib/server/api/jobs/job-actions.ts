import { readFile } from 'node:fs/promises';
import { JobFolder, readStoredJob, type StoredJob } from '../../../artist/index.ts';
import { ArtistError, defined, readError, systemCode } from '../../../core/index.ts';
import type { InputPictures, PaintJob, PaintRequest, PaintWork } from '../../../service/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { submitChosen } from '../../models/submit-chosen.ts';
import type { JobChange } from './job-bodies.ts';
import { checkFileNames, lorasNamed, modelNamed, withUpscalers } from './names-only.ts';

/** How long a job that began in this moment may take to stop. */
const stopMs = 30_000;

/**
 * A job that a caller may change: its own, or with scope admin any. The artist's own tasks are for administrators.
 *
 * @throws ArtistError ERR_NOT_FOUND, ERR_FORBIDDEN
 */
export async function ownJob(id: string, caller: Caller, { jobs }: Pick<ServerContext, 'jobs'>): Promise<PaintJob> {
  const job = await jobs.get(id);
  if (caller.scope === 'admin' || job.client === caller.id) return job;
  throw new ArtistError(
    'ERR_FORBIDDEN',
    `job: expected one that this token submitted, got ${id} of another. It needs a token with scope admin`,
  );
}

const cannotEdit = (id: string, state: string): ArtistError =>
  new ArtistError('ERR_INVALID_ARGUMENT', `job: expected one that waits, got ${id}, which is ${state}`);

/** The input pictures of a job. @throws ArtistError ERR_READ, ERR_NOT_FOUND: they have expired */
async function inputsOf(id: string, { pictures }: StoredJob, { home }: Pick<ServerContext, 'home'>): Promise<InputPictures> {
  const folder = new JobFolder(home.folder, id);
  const read = async (file: string): Promise<Uint8Array> => {
    const path = folder.fileOf(file);
    return readFile(path).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw readError(path, 'a picture of a job', error);
      throw new ArtistError('ERR_NOT_FOUND', `${id}: expected its input pictures, got none: they have expired. Submit it anew`);
    });
  };
  const { referenceImages, ...single } = pictures;
  const inputs: InputPictures = {};
  for (const [name, file] of Object.entries(single)) if (file !== undefined) inputs[name as keyof typeof single] = await read(file);
  if (referenceImages) inputs.referenceImages = await Promise.all(referenceImages.map(read));
  return inputs;
}

async function changedWork(work: PaintWork, change: JobChange, caller: Caller, context: ServerContext): Promise<PaintWork> {
  const { prompt, model, load = {}, options: given = {} } = change;
  checkFileNames(caller, load, 'load');
  const { named: changed, without } = await withUpscalers(work.kind, given, context);
  checkFileNames(caller, without, 'options');
  const named = model === undefined ? undefined : await modelNamed(model, caller, context);
  const options: Record<string, unknown> = { ...work.options, ...changed, ...(prompt !== undefined && { prompt }) };
  if (Array.isArray(given['loras'])) options['loras'] = await lorasNamed(given['loras'], caller, context.home);
  // null takes an option away.
  const kept = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
  if (work.kind !== 'generate') return { ...work, options: { ...kept, ...(named !== undefined && { model: named }) } } as PaintWork;
  return { ...work, ...(named !== undefined && { model: named }), load: { ...work.load, ...load }, options: kept } as PaintWork;
}

/**
 * Changes a waiting job. Its priority alone changes in place. Anything else makes a new job in its stead: the old one is cancelled first, so
 * there is no moment in which both can be painted; if the new one is refused, the old one waits again.
 *
 * @returns the job that counts now; its id differs if it is a new one
 * @throws ArtistError ERR_INVALID_ARGUMENT when it does not wait; ERR_NOT_FOUND, ERR_FORBIDDEN; every error of PaintJobs.submit()
 */
export async function editJob(id: string, change: JobChange, caller: Caller, context: ServerContext): Promise<PaintJob> {
  const { jobs, queue } = context;
  const job = await ownJob(id, caller, context);
  if (job.state !== 'waiting' && job.state !== 'delayed') throw cannotEdit(id, job.state);
  const { priority, title, tags, ...work } = change;
  if (Object.values({ title, tags, ...work }).every((value) => value === undefined)) return jobs.move(id, priority as number);
  if (!job.work) throw new ArtistError('ERR_INVALID_ARGUMENT', `job: expected one that a client submitted, got ${id} of a schedule`);
  const stored = readStoredJob((await queue.get(id))?.payload);
  const request: PaintRequest = {
    work: await changedWork(job.work, change, caller, context),
    pictures: await inputsOf(id, stored, context),
    keep: job.keep,
    client: job.client,
    dialect: job.dialect,
    priority: priority ?? job.priority,
    ...defined({
      title: title ?? stored.title,
      tags: tags ?? stored.tags,
      from: stored.from,
      reference: stored.reference,
      key: stored.key,
    }),
  };
  await takeBack(id, context);
  try {
    return await submitChosen(request, context);
  } catch (error) {
    await jobs.retry(id);
    throw error;
  }
}

/** Cancels a job that waits, and makes sure that nothing of it was painted. @throws ArtistError ERR_INVALID_ARGUMENT: it was too late */
async function takeBack(id: string, { jobs }: Pick<ServerContext, 'jobs'>): Promise<void> {
  let { state } = await jobs.cancel(id);
  // A worker took it in this moment, and stops.
  if (state === 'running') ({ state } = await jobs.wait(id, { signal: AbortSignal.timeout(stopMs) }));
  if (state !== 'cancelled') throw cannotEdit(id, state);
}

/**
 * Puts a waiting job before another one, whose priority it takes. Those behind it keep their order.
 *
 * @param before id of a waiting job; null: behind all that wait
 * @throws ArtistError ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID_ARGUMENT when one of the two does not wait
 */
export async function moveJob(id: string, before: string | null, caller: Caller, context: ServerContext): Promise<PaintJob> {
  const { jobs, queue } = context;
  const job = await ownJob(id, caller, context);
  const others = (await queue.list(['waiting'])).filter((task) => task.id !== id);
  const at = before === null ? others.length : others.findIndex((task) => task.id === before);
  if (at < 0) throw new ArtistError('ERR_INVALID_ARGUMENT', `before: expected a job that waits, got ${JSON.stringify(before)}`);
  const { priority } = others[at] ?? others.at(-1) ?? job;
  const moved = await jobs.move(id, priority);
  // Among jobs of one priority a moved one is last, so those that follow are moved behind it.
  for (const task of others.slice(at)) {
    if (task.priority !== priority) break;
    // One that a worker took in the meantime no longer waits.
    if ((await queue.get(task.id))?.state === 'waiting') await queue.move(task.id, priority);
  }
  return at === others.length ? moved : jobs.get(id);
}
