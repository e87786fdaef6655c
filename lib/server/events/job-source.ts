import { type Clock, errorLine, isArtistError, type Timer } from '../../core/index.ts';
import type { QueuedTask, TaskQueue, TaskState } from '../../schedule/index.ts';
import type { PaintJob, PaintJobs } from '../../service/index.ts';
import { openJobView, viewJob } from '../api/jobs/job-view.ts';
import type { EventHub, EventSource } from './event-hub.ts';

const pollMs = 500;
/** A delayed job wakes without a change of the queue. */
const lookAnywayMs = 5000;
const mostTasks = 5000;
/** Places of jobs further back change without an event: each job that ends would make one for all of them. */
const nearest = 20;

export interface JobSourceOptions {
  jobs: PaintJobs;
  queue: TaskQueue;
  clock: Clock;
  clean: (message: string) => string;
  warn: (line: string) => void;
}

interface Known {
  /** Differs when there is something to tell. */
  stamp: string;
  /** Follows the job while it runs, and tells its progress and its end. */
  follower: AbortController | undefined;
  /** The end that was told. */
  told: string;
}

/** Publishes states, places, progress, pictures and previews of the jobs of a home, whatever process paints them. One look serves all clients. */
export class JobSource implements EventSource {
  readonly #options: JobSourceOptions;

  constructor(options: JobSourceOptions) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const watch = new JobWatch(hub, this.#options);
    watch.begin();
    return () => watch.stop();
  }
}

class JobWatch {
  readonly #hub: EventHub;
  readonly #options: JobSourceOptions;
  readonly #known = new Map<string, Known>();
  #counts = '';
  #isFirst = true;
  #timer: Timer | undefined;
  #stopped = false;
  #trouble = '';
  #version = '';
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(hub: EventHub, options: JobSourceOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  begin(): void {
    void this.#look().finally(() => {
      if (!this.#stopped) this.#timer = this.#options.clock.timer(pollMs, () => this.begin(), { unref: true });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const { follower } of this.#known.values()) follower?.abort();
  }

  async #look(): Promise<void> {
    const { queue, clock, warn } = this.#options;
    try {
      const version = (await queue.version?.()) ?? String(clock.monotonic());
      if (version === this.#version && clock.monotonic() - this.#lookedAt < lookAnywayMs) return;
      const tasks = await queue.list(undefined, mostTasks);
      const paused = await queue.isPaused();
      let ahead = 0;
      for (const task of tasks) {
        if (this.#stopped) return;
        await this.#see(task, ahead);
        if (task.state === 'waiting') ahead++;
      }
      this.#forget(new Set(tasks.map(({ id }) => id)));
      this.#tellQueue(tasks, paused);
      [this.#isFirst, this.#trouble, this.#version, this.#lookedAt] = [false, '', version, clock.monotonic()];
    } catch (error) {
      const line = errorLine(error);
      if (line !== this.#trouble) warn(`events: the queue cannot be watched: ${line}`);
      this.#trouble = line;
    }
  }

  /** @param place number of jobs that wait before it */
  async #see({ id, state, priority, endedAt }: QueuedTask, place: number): Promise<void> {
    const isOpen = state === 'running' || state === 'waiting' || state === 'delayed';
    const stamp = isOpen ? `${state} ${place <= nearest ? place : 'far'} ${priority}` : `${state} ${endedAt}`;
    const known = this.#known.get(id) ?? { stamp: '', follower: undefined, told: '' };
    this.#known.set(id, known);
    if (known.stamp === stamp) return;
    known.stamp = stamp;
    if (state === 'running') known.follower ??= this.#follow(id, known);
    // What is there at the start is no change: clients load it.
    if (known.follower || this.#isFirst || known.told === state) return;
    const job = await this.#find(id);
    if (job) this.#tell(job, known);
  }

  /** undefined: it was removed in the meantime. */
  async #find(id: string): Promise<PaintJob | undefined> {
    try {
      return await this.#options.jobs.get(id);
    } catch (error) {
      if (isArtistError(error, 'ERR_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** Drops jobs that the queue no longer keeps. */
  #forget(present: ReadonlySet<string>): void {
    for (const [id, { follower }] of this.#known) if (!present.has(id) && !follower) this.#known.delete(id);
  }

  #follow(id: string, known: Known): AbortController {
    const stop = new AbortController();
    void this.#relay(id, known, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) this.#options.warn(`events: job ${id} cannot be followed: ${errorLine(error)}`);
    });
    return stop;
  }

  async #relay(id: string, known: Known, signal: AbortSignal): Promise<void> {
    const { jobs } = this.#options;
    for await (const event of jobs.watch(id, { signal, previews: true })) {
      if (event.type === 'preview') {
        if (this.#hub.wantsPreviews(id)) this.#hub.publishPreview(id, previewOf(event.job, event.jpeg));
      } else if (event.type === 'picture') this.#tellPicture(event.job, event.picture.index);
      else this.#tell(event.job, known);
    }
    // It may be tried again.
    known.follower = undefined;
  }

  #tell(job: PaintJob, known: Known): void {
    known.told = job.endedAt === null ? '' : job.state;
    const data = viewJob(job, this.#options.clean);
    this.#hub.publish({ topic: 'job', type: 'job', data, open: openJobView(data), job: job.id });
  }

  #tellPicture(job: PaintJob, index: number): void {
    const view = viewJob(job, this.#options.clean);
    const picture = view.pictures.find((one) => one.index === index);
    if (picture) this.#hub.publish({ topic: 'job', type: 'picture', data: { job: job.id, picture }, open: undefined, job: job.id });
  }

  #tellQueue(tasks: readonly QueuedTask[], paused: boolean): void {
    const counts = { paused, ...countStates(tasks) };
    const text = JSON.stringify(counts);
    if (text !== this.#counts && !this.#isFirst) this.#hub.publish({ topic: 'queue', type: 'queue', data: counts, open: counts });
    this.#counts = text;
  }
}

export function countStates(tasks: readonly Pick<QueuedTask, 'state'>[]): { running: number; waiting: number; delayed: number } {
  const count = (state: TaskState): number => tasks.filter((task) => task.state === state).length;
  return { running: count('running'), waiting: count('waiting'), delayed: count('delayed') };
}

function previewOf({ id, progress }: PaintJob, jpeg: Uint8Array): object {
  return { job: id, preview: progress?.preview ?? 0, image: progress?.image ?? 0, jpeg: Buffer.from(jpeg).toString('base64') };
}
