import { ArtistError, type Clock, exists, homeOf, isArtistError, redact, systemClock } from '../../core/index.ts';
import { ledgerOf } from '../../curation/index.ts';
import type { Artwork, Gallery, GalleryStats } from '../../gallery/index.ts';
import {
  daemonStatus,
  type Heartbeat,
  type HistoryRecord,
  homeId,
  lifetimeTotals,
  openQueue,
  type QueuedTask,
  type ScheduleFigures,
  ScheduleStore,
  scheduleFigures,
  type TaskQueue,
  type Totals,
  type UpcomingRun,
  type Uptime,
  UptimeBook,
  uptimeOver,
} from '../../schedule/index.ts';
import { type DiskUse, diskUse } from './disk-use.ts';
import { type HooksPart, hooksOf } from './hooks-part.ts';
import { type PostsPart, postsOf } from './posts-part.ts';
import { type HomeStyle, styleOf } from './style.ts';
import { type TrainingRun, trainingRuns } from './training-runs.ts';
import { paintingSeconds, WorksBook, type WorksTally, worksPerDay } from './works-tally.ts';

/** Lengths of the periods for shares and rates, days. */
export const periods = [7, 30, 90] as const;

export interface SchedulePart {
  /** The process that runs the schedule; null: none. */
  daemon: { pid: number; host: string; since: string; heartbeat: Heartbeat | null } | null;
  jobs: { all: number; paused: number; running: number; waiting: number };
  /** Totals since the home was made. */
  totals: Totals;
  /** One entry for each of `periods`. */
  success: ScheduleFigures[];
  uptime: Uptime[];
  next: UpcomingRun[];
  /** Runs that failed wholly or partly, or were missed; newest first. */
  lastErrors: HistoryRecord[];
}

export interface WorksPart {
  /** Counts of the gallery, including imported works. */
  inGallery: Pick<GalleryStats, 'works' | 'trashed' | 'damaged' | 'starred'>;
  tally: WorksTally;
  /** Works per day for each of `periods`; null: none was painted in it. */
  perDay: (number | null)[];
  /** Mean seconds to paint all candidates of a work, over the latest works; null: their ledgers do not record it. */
  meanPaintingSeconds: number | null;
}

export interface QueuePart {
  driver: 'file' | 'bullmq';
  paused: boolean;
  tasks: Record<QueuedTask['state'], number>;
}

/** Operating figures of a home. A part that cannot be read is null, and `problems` says why. */
export interface HomeFigures {
  home: string;
  /** Milliseconds since 1970. */
  at: number;
  schedule: SchedulePart | null;
  works: WorksPart | null;
  /** null: a CLIP chose fewer than three of the latest works. */
  style: HomeStyle | null;
  /** null: there is no queue. */
  queue: QueuePart | null;
  training: TrainingRun[] | null;
  /** null: nothing is published from this home. */
  posts: PostsPart | null;
  /** null: no hook was ever called. */
  hooks: HooksPart | null;
  disk: DiskUse | null;
  problems: { part: FigurePart; code: string; message: string }[];
}

export const figureParts = ['schedule', 'works', 'style', 'queue', 'training', 'posts', 'hooks', 'disk'] as const;
export type FigurePart = (typeof figureParts)[number];

export interface FiguresOptions {
  home: string;
  gallery: Gallery;
  /** Redis address. Default: the queue of the home, if there is one. */
  queue?: string | undefined;
  /** Name of the queue in Redis. Default: that of the home. */
  queueName?: string | undefined;
  /** Folders to measure, by name. Default: those of the home. */
  folders?: Readonly<Record<string, string>>;
  /** Parts to read. Default: all. */
  parts?: readonly FigurePart[];
  clock?: Clock;
}

/** Number of latest works that style and seconds are measured over. */
const latest = 30;
const mostErrors = 5;
/** Longest wait for Redis, so that a scrape is not blocked. */
const queueWaitMs = 4000;
/** How long disk use is cached: walking 100,000 files takes seconds of disk time. */
const diskAgeMs = 600_000;
/** How long the gallery's counts are cached while no work is added: counting reads every row of the index. */
const galleryAgeMs = 300_000;

/** Reads the figures of a home. Keep one reader for many readings: it caches the costly parts. */
export class FiguresReader {
  readonly #options: FiguresOptions;
  readonly #clock: Clock;
  readonly #store: ScheduleStore;
  readonly #uptime: UptimeBook;
  readonly #works: WorksBook;
  #inGallery: { at: number; works: number; counts: WorksPart['inGallery'] } | undefined;
  #disk: { at: number; use: Promise<DiskUse> } | undefined;
  /** The queue's connection, kept open between readings. */
  #queue: Promise<TaskQueue> | undefined;
  #style: { key: string; style: HomeStyle | null } | undefined;

  constructor(options: FiguresOptions) {
    const { home, gallery, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#store = new ScheduleStore(home, { clock });
    this.#uptime = new UptimeBook(home, { clock });
    this.#works = new WorksBook(home, gallery, { clock });
  }

  /**
   * Reads all wanted parts. Problems with the home do not throw: see `problems`.
   *
   * @throws `signal.reason` when aborted
   */
  async read(signal?: AbortSignal): Promise<HomeFigures> {
    const problems: HomeFigures['problems'] = [];
    const { parts = figureParts, home } = this.#options;
    const part = async <T>(name: FigurePart, read: () => Promise<T>): Promise<T | null> => {
      if (!parts.includes(name)) return null;
      try {
        return await read();
      } catch (error) {
        signal?.throwIfAborted();
        const code = isArtistError(error) ? error.code : 'ERR_INTERNAL';
        problems.push({ part: name, code, message: redact(error instanceof Error ? error.message : String(error)) });
        return null;
      }
    };
    const works = (): Promise<Artwork[]> => this.#options.gallery.list({ limit: latest }).then((page) => page.works);
    return {
      home,
      at: this.#clock.now(),
      schedule: await part('schedule', () => this.#readSchedule()),
      works: await part('works', async () => this.#readWorks(await works(), signal)),
      style: await part('style', async () => this.#readStyle(await works())),
      queue: await part('queue', () => this.#readQueue()),
      training: await part('training', () => trainingRuns(home)),
      posts: await part('posts', () => postsOf(home)),
      hooks: await part('hooks', () => hooksOf(home, this.#clock)),
      disk: await part('disk', () => this.#readDisk()),
      problems,
    };
  }

  async #readSchedule(): Promise<SchedulePart> {
    const now = this.#clock.now();
    const [state, daemon, spans] = [await this.#store.read(), await daemonStatus(this.#store), await this.#uptime.spans()];
    const { jobs, history } = state;
    return {
      daemon: daemon
        ? { pid: daemon.owner.pid, host: daemon.owner.host, since: daemon.owner.since, heartbeat: daemon.heartbeat ?? null }
        : null,
      jobs: {
        all: jobs.length,
        paused: jobs.filter(({ paused }) => paused).length,
        running: jobs.filter(({ running }) => running).length,
        waiting: jobs.reduce((sum, { waiting }) => sum + waiting.length, 0),
      },
      totals: lifetimeTotals(state),
      success: periods.map((days) => scheduleFigures(history, now, days)),
      uptime: periods.map((days) => uptimeOver(spans, now, days, daemon !== undefined)),
      next: await this.#store.next(5),
      lastErrors: history
        .filter(({ outcome }) => outcome === 'failed' || outcome === 'partial' || outcome === 'missed')
        .slice(-mostErrors)
        .reverse(),
    };
  }

  async #readWorks(last: readonly Artwork[], signal: AbortSignal | undefined): Promise<WorksPart> {
    const now = this.#clock.now();
    const seconds = last.flatMap((work) => {
      const ledger = ledgerOf(work);
      return (ledger && paintingSeconds(ledger)) ?? [];
    });
    const tally = await this.#count(signal);
    return {
      inGallery: await this.#countGallery(tally.works, now),
      tally,
      perDay: periods.map((days) => worksPerDay(tally, now, days)),
      meanPaintingSeconds: seconds.length === 0 ? null : seconds.reduce((sum, one) => sum + one, 0) / seconds.length,
    };
  }

  async #countGallery(painted: number, now: number): Promise<WorksPart['inGallery']> {
    const known = this.#inGallery;
    if (known && known.works === painted && Math.abs(now - known.at) < galleryAgeMs) return known.counts;
    const { works, trashed, damaged, starred } = await this.#options.gallery.stats();
    this.#inGallery = { at: now, works: painted, counts: { works, trashed, damaged, starred } };
    return this.#inGallery.counts;
  }

  /** Counts new works. In a read-only home, returns the last stored counts. */
  async #count(signal: AbortSignal | undefined): Promise<WorksTally> {
    try {
      return await this.#works.count(signal);
    } catch (error) {
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      return this.#works.known();
    }
  }

  #readStyle(last: readonly Artwork[]): HomeStyle | null {
    const key = last.map(({ id }) => id).join();
    if (this.#style?.key !== key) this.#style = { key, style: styleOf(last) };
    return this.#style.style;
  }

  async #readQueue(): Promise<QueuePart | null> {
    const { queue: address, home, queueName: name } = this.#options;
    if (address === undefined || address === 'file') {
      if (!(await exists(homeOf(home).state('queue.json')))) return null;
      return this.#askQueue(await openQueue({ driver: 'file', home }));
    }
    // A home that cannot be written has no id, and so no queue of its own.
    const own = homeId(home).catch(() => undefined);
    this.#queue ??= own.then((id) => openQueue({ driver: 'bullmq', url: address, name: name ?? id }));
    try {
      return await this.#askQueue(await inTime(this.#queue));
    } catch (error) {
      // The next reading connects again; a hanging connection is closed once it responds.
      this.#closeQueue();
      throw error;
    }
  }

  async #askQueue(queue: TaskQueue): Promise<QueuePart> {
    const counts: QueuePart['tasks'] = { waiting: 0, delayed: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
    for (const { state } of await inTime(queue.list(undefined, 10_000))) counts[state]++;
    return { driver: queue.driver, paused: await inTime(queue.isPaused()), tasks: counts };
  }

  #closeQueue(): void {
    const opened = this.#queue;
    this.#queue = undefined;
    opened?.then((queue) => queue.close()).catch(() => undefined);
  }

  /** Closes the connection to the queue. */
  close(): void {
    this.#closeQueue();
  }

  #readDisk(): Promise<DiskUse> {
    const { home, folders = homeFolders(home, this.#options.gallery) } = this.#options;
    const now = this.#clock.now();
    if (!this.#disk || Math.abs(now - this.#disk.at) > diskAgeMs) {
      const use = diskUse(home, folders);
      this.#disk = { at: now, use };
      use.catch(() => {
        if (this.#disk?.use === use) this.#disk = undefined; // tried again at the next reading
      });
    }
    return this.#disk.use;
  }
}

function homeFolders(home: string, gallery: Gallery): Record<string, string> {
  const { models, loras, training, cache, stateFolder: state, logs } = homeOf(home);
  return { gallery: gallery.folder, models, loras, training, cache, state, logs };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ArtistError('ERR_NETWORK', `queue: expected an answer within ${queueWaitMs / 1000} s, got none`)),
      queueWaitMs,
    );
  });
  // After the timeout, a later failure of `work` must not become an unhandled rejection.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
