/** Jobs of a home: submits them to its queue, and follows them in whatever process they are painted. */
import { readFile } from 'node:fs/promises';
import { JobFolder, newStoredJob, type StoredJob } from '../../artist/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import {
  ArtistError,
  type Clock,
  createIds,
  defined,
  errorLine,
  type Home,
  readError,
  systemClock,
  systemCode,
  withLock,
} from '../../core/index.ts';
import { type Gallery, ownFile } from '../../gallery/index.ts';
import { homeId, type QueuedTask, type TaskQueue } from '../../schedule/index.ts';
import { allTasks, describeJob, hasFields, isEnded, type JobPlace, jobOf, openStates, placeOfNew, placesOf } from './describe-job.ts';
import { JobFollower, Mailbox, noSuchJob } from './follow.ts';
import { type CheckedRequest, checkRequest } from './submit.ts';
import { sweepJobs } from './sweep.ts';
import type { JobEvent, JobPicture, PaintJob, PaintJobs, PaintRequest } from './types.ts';

/** How long a job that is done is returned for a further request with its key. */
const attachWithinMs = 10 * 60_000;
/** One more than the first: a crash may have other reasons than the job. */
const attempts = 2;
const backoffMs = 1000;
const sweepEveryMs = 10 * 60_000;
const hourMs = 3_600_000;
const mostListed = 100;

export interface PaintJobsOptions {
  home: Home;
  config: LoadedConfig;
  queue: TaskQueue;
  gallery: Gallery;
  clock?: Clock;
  /** How long the folder of an ended job stays: input pictures, previews, and pictures that are not filed. Hours. Default 24. */
  resultHours?: number;
  /** Jobs of a client that wait or run at the same time. Default 1000. */
  openJobs?: number;
  /** Pixels of all pictures of a job: width x height x batchCount, or x candidates. Millions. Default 100. */
  jobMegapixels?: number;
  /** Whether to remove the folders of ended jobs. Default true; false: the home can only be read. */
  sweep?: boolean;
  /** Called when folders of ended jobs cannot be removed. Default: process.emitWarning(). */
  warn?: (line: string) => void;
}

class Jobs implements PaintJobs {
  readonly #home: Home;
  readonly #config: LoadedConfig;
  readonly #queue: TaskQueue;
  readonly #clock: Clock;
  readonly #place: JobPlace;
  readonly #follower: JobFollower;
  readonly #nextId: () => string;
  readonly #keepMs: number;
  readonly #mostOpen: number;
  readonly #mostPixels: number;
  readonly #warn: (line: string) => void;
  #sweeping: Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor({
    home,
    config,
    queue,
    gallery,
    clock = systemClock,
    resultHours = 24,
    openJobs = 1000,
    jobMegapixels = 100,
    sweep = true,
    warn = emitWarning,
  }: PaintJobsOptions) {
    this.#home = home;
    this.#config = config;
    this.#queue = queue;
    this.#clock = clock;
    this.#place = { home: home.folder, gallery };
    this.#follower = new JobFollower(queue, this.#place);
    const newId = createIds({ clock });
    this.#nextId = () => `job-${newId().toLowerCase()}`;
    this.#keepMs = resultHours * hourMs;
    this.#mostOpen = openJobs;
    this.#mostPixels = jobMegapixels * 1_000_000;
    this.#warn = warn;
    this.#sweeping = sweep ? this.#sweep() : Promise.resolve();
    if (!sweep) return;
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweeping.then(() => this.#sweep());
    }, sweepEveryMs).unref();
  }

  async submit(request: PaintRequest): Promise<PaintJob> {
    const checked = await checkRequest(request, this.#config, { mostPixels: this.#mostPixels });
    const { client, key, reference } = checked;
    if (key === undefined && reference === undefined) return this.#add(checked, await this.#queue.list(openStates, allTasks));
    return withLock(this.#home.state('jobs.lock'), { purpose: 'submitting a job', private: true }, async () => {
      const tasks = await this.#queue.list(undefined, allTasks);
      const attached = key === undefined ? undefined : tasks.find((task) => this.#attaches(task, client, key));
      if (attached) return this.#describe(attached, placesOf(tasks.filter(({ state }) => !isEnded(state))).get(attached.id));
      const named = reference === undefined ? undefined : findReference(tasks, client, reference);
      if (named && !isEnded(named.state))
        throw new ArtistError(
          'ERR_ALREADY_EXISTS',
          `reference: expected a name that none of your jobs has while it waits or runs, got ${JSON.stringify(reference)}, which ${named.id} has`,
        );
      return this.#add(checked, tasks);
    });
  }

  #attaches(task: QueuedTask, client: string, key: string): boolean {
    const { state, endedAt } = task;
    if (!hasFields(task, { client, key })) return false;
    return !isEnded(state) || (state === 'done' && this.#clock.now() - (endedAt ?? 0) < attachWithinMs);
  }

  #checkRoom(client: string, tasks: readonly QueuedTask[]): void {
    const open = tasks.filter((task) => !isEnded(task.state) && hasFields(task, { client }));
    if (open.length < this.#mostOpen) return;
    throw new ArtistError(
      'ERR_RATE_LIMIT',
      `jobs: expected at most ${this.#mostOpen} of a client that wait or run, got one more. Wait for some, cancel some, or raise server.openJobs`,
    );
  }

  /** @param tasks at least those that have not ended: reading a queue of thousands takes longer than all else here */
  async #add({ priority, work, pictures, ...about }: CheckedRequest, tasks: readonly QueuedTask[]): Promise<PaintJob> {
    this.#checkRoom(about.client, tasks);
    const id = this.#nextId();
    const folder = new JobFolder(this.#home.folder, id);
    try {
      const files = await folder.make(pictures);
      const home = await homeId(this.#home.folder);
      const payload = newStoredJob({ ...about, home, work, pictures: files } as Omit<StoredJob, 'job'>);
      const task = await this.#queue.add(payload, { id, priority, attempts, backoffMs });
      return await this.#describe(task, placeOfNew(tasks, task));
    } catch (error) {
      // The queue may have the task although it did not answer: then the folder stays.
      const known = await this.#queue.get(id).catch(() => 'unknown');
      if (known === undefined) await folder.remove().catch(() => undefined); // the first error is the one to report
      throw error;
    }
  }

  get(id: string): Promise<PaintJob> {
    return this.#follower.describe(id);
  }

  async byReference(client: string, reference: string): Promise<PaintJob | undefined> {
    const task = findReference(await this.#queue.list(undefined, allTasks), client, reference);
    return task && this.#describe(task);
  }

  async list({ client, dialect, states, limit = mostListed }: Parameters<PaintJobs['list']>[0] = {}): Promise<PaintJob[]> {
    const tasks = await this.#queue.list();
    const places = placesOf(tasks.filter(({ state }) => !isEnded(state)));
    const all = client === undefined && dialect === undefined;
    const wanted = tasks.filter((task) => (states?.includes(task.state) ?? true) && (all || hasFields(task, defined({ client, dialect }))));
    return Promise.all(wanted.slice(0, limit).map((task) => describeJob(task, places.get(task.id) ?? null, this.#place)));
  }

  async *watch(
    id: string,
    { signal, previews = false }: Parameters<PaintJobs['watch']>[1] = {},
  ): AsyncGenerator<JobEvent, void, undefined> {
    signal?.throwIfAborted();
    const box = new Mailbox(previews);
    const leave = await this.#follower.follow(id, box);
    try {
      for (;;) {
        const event = await box.next(signal);
        yield event;
        if (event.type === 'job' && isEnded(event.job.state)) return;
      }
    } finally {
      leave();
    }
  }

  async wait(id: string, options: { signal?: AbortSignal } = {}): Promise<PaintJob> {
    let last: PaintJob | undefined;
    for await (const { job } of this.watch(id, options)) last = job;
    if (!last) throw noSuchJob(id);
    return last;
  }

  async cancel(id: string): Promise<PaintJob> {
    return this.#changed(await this.#find(() => this.#queue.cancel(id), id));
  }

  async retry(id: string): Promise<PaintJob> {
    const task = await this.#queue.get(id);
    if (!task) throw noSuchJob(id);
    const folder = new JobFolder(this.#home.folder, id);
    if (Object.keys(jobOf(task)?.pictures ?? {}).length > 0 && !(await folder.exists()))
      throw new ArtistError('ERR_NOT_FOUND', `${id}: expected its input pictures, got none: they have expired. Submit the job anew`);
    return this.#changed(await this.#find(() => this.#queue.retry(id), id));
  }

  async move(id: string, priority: number): Promise<PaintJob> {
    return this.#changed(await this.#find(() => this.#queue.move(id, priority), id));
  }

  async picture(id: string, index: number): Promise<{ picture: JobPicture; bytes: Uint8Array }> {
    const { pictures } = await this.get(id);
    const picture = pictures.find((one) => one.index === index);
    if (!picture) throw new ArtistError('ERR_NOT_FOUND', `${id}: expected a picture ${index}, got ${pictures.length} pictures`);
    try {
      return { picture, bytes: await readFile(await ownFile(picture.path)) };
    } catch (error) {
      if (error instanceof ArtistError) throw error;
      if (systemCode(error) !== 'ENOENT') throw readError(picture.path, 'a picture of a job', error);
      throw new ArtistError('ERR_NOT_FOUND', `${id}: expected picture ${index}, got none: it has expired, or was removed from the gallery`);
    }
  }

  preview(id: string): Promise<Uint8Array | undefined> {
    return new JobFolder(this.#home.folder, id).preview();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#follower.close();
    await this.#sweeping;
  }

  async #find(change: () => Promise<QueuedTask>, id: string): Promise<QueuedTask> {
    if (!(await this.#queue.get(id))) throw noSuchJob(id);
    return change();
  }

  async #changed(task: QueuedTask): Promise<PaintJob> {
    void this.#follower.look();
    return this.#describe(task);
  }

  /** @param place if it is known */
  async #describe(task: QueuedTask, place?: number): Promise<PaintJob> {
    if (isEnded(task.state)) return describeJob(task, null, this.#place);
    return describeJob(task, place ?? placesOf(await this.#follower.open()).get(task.id) ?? 0, this.#place);
  }

  async #sweep(): Promise<void> {
    const [home, queue, clock, keepMs] = [this.#home.folder, this.#queue, this.#clock, this.#keepMs] as const;
    await sweepJobs({ home, queue, clock, keepMs }).catch((error: unknown) =>
      this.#warn(`folders of ended jobs cannot be removed: ${errorLine(error)}`),
    );
  }
}

/** An open job before ended ones, then the newest. */
function findReference(tasks: readonly QueuedTask[], client: string, reference: string): QueuedTask | undefined {
  return tasks.find((task) => hasFields(task, { client, reference }));
}

function emitWarning(line: string): void {
  process.emitWarning(line, { type: 'ArtistWarning' });
}

/**
 * Opens the jobs of a home. Jobs are painted by any worker of the queue that has this home: startPainter(), `ai-artist worker`. The queue stays
 * the caller's.
 */
export function openPaintJobs(options: PaintJobsOptions): PaintJobs {
  return new Jobs(options);
}
