import { recordView } from '../../../artist/index.ts';
import { packageVersion } from '../../../core/index.ts';
import { diagnose } from '../../../engine/index.ts';
import { ScheduleStore } from '../../../schedule/index.ts';
import { FiguresReader, figureParts, periods } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import { withoutPaths as textWithoutPaths } from '../../errors/request-error.ts';
import { withoutPaths } from '../../shown-paths.ts';

/** How long figures are kept, milliseconds: a page may ask every second. */
const ageMs = 2000;

type Shown = { version: string; at: string } & Record<string, unknown>;

/** The figures of a home, read at most every two seconds, whoever asks. */
export class Figures {
  readonly #context: ServerContext;
  readonly #readers: Record<'quick' | 'disk', FiguresReader>;
  readonly #store: ScheduleStore;
  readonly #known = new Map<string, { at: number; figures: Promise<Shown> }>();

  #diagnosis: Promise<{ ok: boolean }> | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
    const { home, gallery, clock } = context;
    const base = { home: home.folder, gallery, clock };
    // The queue is the server's own, whose connection is open. What hooks print is for the owner of the home alone.
    const quick = figureParts.filter((part) => part !== 'disk' && part !== 'queue' && part !== 'hooks');
    this.#readers = {
      quick: new FiguresReader({ ...base, parts: quick }),
      disk: new FiguresReader({ ...base, parts: [...quick, 'disk'] }),
    };
    this.#store = new ScheduleStore(home.folder, { clock });
  }

  read(disk: boolean): Promise<Shown> {
    const name = disk ? 'disk' : 'quick';
    const known = this.#known.get(name);
    const now = this.#context.clock.monotonic();
    if (known && now - known.at < ageMs) return known.figures;
    const figures = this.#read(name);
    this.#known.set(name, { at: now, figures });
    figures.catch(() => this.#known.delete(name)); // the caller gets the error; the next one tries again
    return figures;
  }

  async #read(name: 'quick' | 'disk'): Promise<Shown> {
    const { home, closing } = this.#context;
    const { home: _, at, schedule, works, problems, queue: __, hooks: ___, ...rest } = await this.#readers[name].read(closing);
    const { works: tallied, candidates, rejected, rounds } = works?.tally ?? {};
    const shown = {
      ...rest,
      queue: await this.#queue(),
      schedule: schedule && {
        ...schedule,
        daemon: schedule.daemon && {
          pid: schedule.daemon.pid,
          since: schedule.daemon.since,
          heartbeat: schedule.daemon.heartbeat?.at ?? null,
        },
        next: schedule.next.map((run) => ({ ...run, at: new Date(run.at).toISOString() })),
        lastErrors: schedule.lastErrors.map((record) => ({
          ...recordView(record),
          message: textWithoutPaths(record.message ?? '', home.folder),
        })),
      },
      works: works && {
        ...works,
        tally: { works: tallied, candidates, rejected, rounds },
        perDay: periods.map((days, index) => ({ days, works: works.perDay[index] ?? null })),
      },
      problems: problems.map(({ message, ...problem }) => ({ ...problem, message: textWithoutPaths(message, home.folder) })),
    };
    return { version: packageVersion(), at: new Date(at).toISOString(), ...(withoutPaths(shown, home) as Record<string, unknown>) };
  }

  async #queue(): Promise<Record<string, unknown>> {
    const { queue } = this.#context;
    const tasks: Record<string, number> = {};
    for (const { state } of await queue.list(undefined, 10_000)) tasks[state] = (tasks[state] ?? 0) + 1;
    return { driver: queue.driver, paused: await queue.isPaused(), tasks };
  }

  /** For everyone, so without a prompt or a name. */
  async now(): Promise<{
    painting: boolean;
    waiting: number;
    fraction: number | null;
    nextRun: string | null;
    indexing: { done: number; total: number } | null;
  }> {
    const { jobs, gallery } = this.#context;
    const open = await jobs.list({ states: ['running', 'waiting', 'delayed'], limit: 1000 });
    const running = open.filter(({ state }) => state === 'running');
    const [next] = await this.#store.next(1);
    return {
      painting: running.length > 0,
      waiting: open.length - running.length,
      fraction: running[0]?.progress?.fraction ?? null,
      nextRun: next ? new Date(next.at).toISOString() : null,
      indexing: gallery.state().indexing ?? null,
    };
  }

  /** What `doctor` says. It starts a process for each place where the engine could be, so it is kept while the server runs. */
  doctor(): Promise<{ ok: boolean }> {
    this.#diagnosis ??= diagnose().then((diagnosis) => JSON.parse(textWithoutPaths(JSON.stringify(diagnosis), this.#context.home.folder)));
    this.#diagnosis.catch(() => {
      this.#diagnosis = undefined; // the caller gets the error; the next one tries again
    });
    return this.#diagnosis;
  }

  close(): void {
    for (const reader of Object.values(this.#readers)) reader.close();
  }
}
