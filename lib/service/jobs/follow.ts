/** Follows jobs that are painted in any process: one poller for all watchers of this process. */
import { JobFolder } from '../../artist/index.ts';
import { ArtistError, isArtistError } from '../../core/index.ts';
import type { QueuedTask, TaskQueue } from '../../schedule/index.ts';
import { allTasks, describeJob, isEnded, type JobPlace, openStates, placesOf } from './describe-job.ts';
import type { JobEvent, JobPicture, PaintJob } from './types.ts';

const pollMs = 250;

export function noSuchJob(id: string): ArtistError {
  return new ArtistError('ERR_NOT_FOUND', `job: expected the id of a job, got ${JSON.stringify(id)}, which is not there, or no longer`);
}

/** What one watcher has not read yet. Newer progress and previews replace older ones. */
export class Mailbox {
  readonly previews: boolean;
  #job: PaintJob | undefined;
  /** The last one that was put here. */
  #newest: PaintJob | undefined;
  #preview: Uint8Array | undefined;
  #pictures: { job: PaintJob; picture: JobPicture }[] = [];
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor(previews: boolean) {
    this.previews = previews;
  }

  put(job: PaintJob, pictures: readonly JobPicture[], jpeg: Uint8Array | undefined): void {
    this.#job = job;
    this.#newest = job;
    for (const picture of pictures) this.#pictures.push({ job, picture });
    if (jpeg && this.previews) this.#preview = jpeg;
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#wake?.();
  }

  /** The next event; waits for it. */
  async next(signal: AbortSignal | undefined): Promise<JobEvent> {
    for (;;) {
      signal?.throwIfAborted();
      const event = this.#take();
      if (event) return event;
      if (this.#error !== undefined) throw this.#error;
      await this.#change(signal);
    }
  }

  #take(): JobEvent | undefined {
    const picture = this.#pictures.shift();
    if (picture) return { type: 'picture', ...picture };
    const [jpeg, newest] = [this.#preview, this.#newest];
    this.#preview = undefined;
    // A picture that was told of before it may have come after it: progress does not go back.
    if (jpeg && newest && !isEnded(newest.state)) return { type: 'preview', job: newest, jpeg };
    const job = this.#job;
    this.#job = undefined;
    return job && { type: 'job', job };
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        signal?.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = end;
      signal?.addEventListener('abort', end, { once: true });
    });
  }
}

interface Watched {
  job: PaintJob;
  /** Differs when there is something to tell. */
  stamp: string;
  readonly boxes: Set<Mailbox>;
}

export class JobFollower {
  readonly #queue: TaskQueue;
  readonly #place: JobPlace;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(queue: TaskQueue, place: JobPlace) {
    this.#queue = queue;
    this.#place = place;
  }

  /** The tasks that have not ended, in the order in which they run. */
  open(): Promise<QueuedTask[]> {
    return this.#queue.list(openStates, allTasks);
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  async describe(id: string): Promise<PaintJob> {
    const task = await this.#queue.get(id);
    if (!task) throw noSuchJob(id);
    const ahead = isEnded(task.state) ? null : (placesOf(await this.open()).get(id) ?? 0);
    return describeJob(task, ahead, this.#place);
  }

  /**
   * Puts events of the job into the box from now on, its present state first.
   *
   * @returns ends that
   * @throws ArtistError ERR_NOT_FOUND
   */
  async follow(id: string, box: Mailbox): Promise<() => void> {
    if (this.#closed) throw closedError();
    const known = this.#watched.get(id);
    const job = known?.job ?? (await this.describe(id));
    if (isEnded(job.state)) {
      box.put(job, [], undefined);
      return () => undefined;
    }
    const watched = this.#watched.get(id) ?? { job, stamp: '', boxes: new Set() };
    this.#watched.set(id, watched);
    watched.boxes.add(box);
    box.put(watched.job, [], undefined);
    this.#later();
    return () => {
      watched.boxes.delete(box);
      if (watched.boxes.size === 0 && this.#watched.get(id) === watched) this.#watched.delete(id);
    };
  }

  /** Looks now rather than at the next turn: this process has changed something. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      this.#later();
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    for (const { boxes } of this.#watched.values()) for (const box of boxes) box.fail(closedError());
    this.#watched.clear();
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => void this.look(), pollMs);
  }

  async #look(): Promise<void> {
    if (this.#watched.size === 0) return;
    let open: QueuedTask[];
    try {
      open = await this.open();
    } catch (error) {
      // A queue that is out of reach for a while: watchers wait for it.
      if (isArtistError(error, 'ERR_NETWORK') || isArtistError(error, 'ERR_LOCKED')) return;
      return this.#failAll(error);
    }
    const places = placesOf(open);
    const tasks = new Map(open.map((task) => [task.id, task]));
    await Promise.all(
      [...this.#watched].map(([id, watched]) =>
        this.#lookAt(id, watched, tasks.get(id), places.get(id) ?? 0).catch((error: unknown) => {
          if (!isArtistError(error, 'ERR_NETWORK') && !isArtistError(error, 'ERR_LOCKED')) this.#end(id, watched, error);
        }),
      ),
    );
  }

  async #lookAt(id: string, watched: Watched, known: QueuedTask | undefined, place: number): Promise<void> {
    const task = known ?? (await this.#queue.get(id));
    if (!task) throw noSuchJob(id);
    const ended = isEnded(task.state);
    const folder = new JobFolder(this.#place.home, id);
    const { state, attempt, priority, worker } = task;
    const files = state === 'running' ? await folder.version() : '';
    const stamp = JSON.stringify([state, place, attempt, priority, worker, files]);
    if (stamp === watched.stamp) return;
    const { job: before } = watched;
    const job = await describeJob(task, ended ? null : place, this.#place);
    const isFirst = watched.stamp === '';
    watched.stamp = stamp;
    watched.job = job;
    const pictures = job.pictures.filter(({ index }) => !before.pictures.some((picture) => picture.index === index));
    if (isFirst && pictures.length === 0 && isSame(before, job)) return;
    const isNewPreview = (job.progress?.preview ?? 0) > (before.progress?.preview ?? 0);
    const wanted = isNewPreview && [...watched.boxes].some(({ previews }) => previews);
    const jpeg = wanted ? await folder.preview() : undefined;
    for (const box of watched.boxes) box.put(job, pictures, jpeg);
    if (ended) this.#watched.delete(id);
  }

  #end(id: string, { boxes }: Watched, error: unknown): void {
    for (const box of boxes) box.fail(error);
    this.#watched.delete(id);
  }

  #failAll(error: unknown): void {
    for (const [id, watched] of this.#watched) this.#end(id, watched, error);
  }
}

const isSame = (a: PaintJob, b: PaintJob): boolean => JSON.stringify(a) === JSON.stringify(b);

const closedError = (): ArtistError => new ArtistError('ERR_DISPOSED', 'jobs: they were closed');
