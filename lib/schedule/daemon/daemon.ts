import { setTimeout as pause } from 'node:timers/promises';
import type { ToadScheduler } from 'toad-scheduler';
import { ArtistError, acquireLock, type Clock, type Lock, systemClock, writeFileAtomic } from '../../core/index.ts';
import type { Heartbeat } from '../figures.ts';
import { homeId } from '../home-id.ts';
import type { RunItem } from '../job.ts';
import { collectDue, needsCollecting, nextLook } from '../rules/due.ts';
import type { ScheduleEvent } from '../rules/events.ts';
import { toleranceMs } from '../rules/limits.ts';
import { rotationOf } from '../rules/run-state.ts';
import { type Claim, claimNext, dropStale, endRun, recordItem, recoverRuns } from '../rules/runs.ts';
import { scheduleFiles } from '../store.ts';
import { asRequest } from '../task-scope.ts';
import { UptimeBook, uptimeBeatMs } from '../time/uptime.ts';
import { stopped, tryTask } from './try-task.ts';
import type { DaemonEvent, DaemonOptions } from './types.ts';

/**
 * Starts the runs of a schedule when they are due, one at a time. One daemon per home. Timers are toad-scheduler's. All state is in the
 * store, so the next daemon continues without loss after a crash.
 */
export class ScheduleDaemon {
  readonly #options: Required<Omit<DaemonOptions, 'onEvent' | 'only'>> & Pick<DaemonOptions, 'onEvent' | 'only'>;
  readonly #clock: Clock;
  #timers: ToadScheduler | undefined;
  /** Controllers of the running works. */
  readonly #aborts = new Set<AbortController>();
  readonly #startedAt: number;
  #lock: Lock | undefined;
  #homeId = '';
  #stopping = false;
  #stopped: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Whether something changed since the loop last looked. */
  #changed = true;
  #trouble: { text: string; at: number } | undefined;
  #loop: Promise<void> = Promise.resolve();
  #ticking: Promise<void> = Promise.resolve();
  #seenVersion: string | undefined;
  #nextDue: number | undefined;
  #running: Claim | undefined;
  #last: { wall: number; monotonic: number };
  /** undefined for a daemon of a single run, which does not count as uptime. */
  readonly #uptime: UptimeBook | undefined;

  private constructor(options: DaemonOptions) {
    this.#options = {
      concurrency: 1,
      tickMs: 1000,
      heartbeatMs: 15_000,
      stopWithinMs: 30_000,
      abortWithinMs: 10_000,
      ...options,
    };
    this.#clock = options.store.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
    if (options.only === undefined) this.#uptime = new UptimeBook(options.store.home, { clock: this.#clock });
    this.#last = { wall: this.#startedAt, monotonic: this.#clock.monotonic() };
  }

  /**
   * Continues the runs an earlier daemon left, and starts.
   *
   * @throws ArtistError ERR_LOCKED: a daemon runs for this home; and every error of ScheduleStore.change(), for example for an unusable
   *   state file
   */
  static async start(options: DaemonOptions): Promise<ScheduleDaemon> {
    const daemon = new ScheduleDaemon(options);
    await daemon.#begin();
    return daemon;
  }

  async #begin(): Promise<void> {
    const { store, tickMs, heartbeatMs, only } = this.#options;
    const toad = await import('toad-scheduler');
    const lock = await acquireLock(scheduleFiles(store.home).daemonLock, { purpose: 'running the schedule', waitMs: 0, private: true });
    this.#lock = lock;
    try {
      this.#homeId = await homeId(store.home, { clock: this.#clock });
      const now = this.#clock.now();
      this.#report(
        await store.change((state) => [
          ...recoverRuns(state, now),
          ...(only === undefined ? [...dropStale(state, now), ...collectDue(state, now)] : []),
        ]),
      );
      await this.#beat();
      await this.#uptime?.begin();
    } catch (error) {
      await lock.release();
      throw error;
    }
    this.#loop = this.#work();
    const timers = new toad.ToadScheduler();
    this.#timers = timers;
    const every = (id: string, milliseconds: number, handler: () => Promise<void>): void => {
      const task = new toad.AsyncTask(id, this.#guarded(handler), (error) => this.#complain(error));
      timers.addSimpleIntervalJob(new toad.SimpleIntervalJob({ milliseconds }, task, { id, preventOverrun: true }));
    };
    every('tick', tickMs, () => this.tick());
    every('heartbeat', heartbeatMs, () => this.#beat());
    if (this.#uptime) every('uptime', uptimeBeatMs, async () => this.#uptime?.beat());
  }

  /** A handler that never throws: after an error toad-scheduler would treat the job as running for ever. */
  #guarded(handler: () => Promise<void>): () => Promise<void> {
    return async () => {
      try {
        await handler();
      } catch (error) {
        this.#complain(error);
      }
    };
  }

  /** Checks the clock and the store once. A timer calls it; with a virtual clock, call it by hand. */
  tick(): Promise<void> {
    this.#ticking = this.#ticking.then(() => this.#look());
    const result = this.#ticking;
    this.#ticking = result.catch(() => undefined);
    return result;
  }

  async #look(): Promise<void> {
    if (this.#stopping) return;
    const { store, only } = this.#options;
    const now = this.#clock.now();
    const jumped = this.#clockJump(now);
    const version = await store.version();
    if (!jumped && version === this.#seenVersion && (this.#nextDue === undefined || now < this.#nextDue)) return;
    const state = await store.read();
    if (only === undefined && (jumped || needsCollecting(state, now))) {
      const events = await store.change((draft) => collectDue(draft, now));
      this.#report(events);
      this.#seenVersion = undefined;
    } else {
      this.#seenVersion = version;
    }
    this.#nextDue = nextLook(state, now);
    this.#nudge();
  }

  /** Compares the wall clock with the monotonic clock: a difference means that the clock was set or the machine slept. */
  #clockJump(now: number): boolean {
    const monotonic = this.#clock.monotonic();
    const byMs = now - this.#last.wall - (monotonic - this.#last.monotonic);
    this.#last = { wall: now, monotonic };
    if (Math.abs(byMs) < toleranceMs) return false;
    this.#emit({ type: 'clock-jump', byMs });
    return true;
  }

  #nudge(): void {
    this.#changed = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#changed = false;
        if (await this.#next()) continue;
        // Do not wait if a nudge came while looking.
        if (!this.#changed && !this.#stopping) await new Promise<void>((resolve) => (this.#wake = resolve));
      } catch (error) {
        this.#complain(error);
        await pause(this.#options.tickMs);
      }
    }
  }

  /** Does the next run; returns false if there is none. */
  async #next(): Promise<boolean> {
    const { store, only } = this.#options;
    if (claimNext(await store.read(), this.#clock.now(), only) === undefined) return false;
    const claim = await store.change((state) => claimNext(state, this.#clock.now(), only));
    if (!claim) return false;
    this.#running = claim;
    this.#emit({ type: 'started', job: claim.job, runId: claim.run.id, attempt: claim.run.attempt });
    const ending = await this.#perform(claim);
    this.#running = undefined;
    await this.#insist(async () => this.#report(await store.change((state) => endRun(state, claim, this.#clock.now(), ending))));
    return true;
  }

  /**
   * Retries a write until it succeeds, because done work must be recorded: a full disk or a held lock is waited for. While stopping, at
   * most three tries.
   */
  async #insist<R>(write: () => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write();
      } catch (error) {
        this.#complain(error);
        if (this.#stopping && attempt >= 3) throw error;
        await pause(this.#options.tickMs);
      }
    }
  }

  async #perform(claim: Claim): Promise<'ended' | 'stopped'> {
    const queue = [...claim.indexes];
    let ending: 'ended' | 'stopped' = 'ended';
    const worker = async (): Promise<void> => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        if (this.#stopping) ending = 'stopped';
        if (ending === 'stopped') return;
        const item = await this.#one(claim, index);
        if (item === stopped) {
          ending = 'stopped';
          return;
        }
        const goOn = await this.#insist(() => this.#options.store.change((state) => recordItem(state, claim.job.id, claim.run.id, item)));
        // If the job was removed meanwhile, its record is made from this copy.
        claim.run.items.push(item);
        this.#emit({ type: 'work', job: claim.job, runId: claim.run.id, item });
        if (!goOn) queue.length = 0;
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.concurrency, queue.length) }, worker));
    return ending;
  }

  #one({ job, run }: Claim, index: number): Promise<RunItem | typeof stopped> {
    const id = this.#taskId(run, index);
    const task = {
      id,
      jobId: job.id,
      runId: run.id,
      index,
      of: run.began?.count ?? job.count,
      attempt: run.attempt,
      dueAt: run.dueAt,
      payload: run.began?.payload ?? job.payload,
      rotation: rotationOf(job, run, index),
    };
    const { run: runner, abortWithinMs } = this.#options;
    const controller = new AbortController();
    return asRequest({ job: job.id, run: run.id, task: id }, async () => {
      this.#aborts.add(controller);
      try {
        return await tryTask(runner, { ...task, signal: controller.signal }, { clock: this.#clock, abortWithinMs });
      } finally {
        this.#aborts.delete(controller);
      }
    });
  }

  /** Unique across homes, even if they share a Redis and their jobs have the same id and time. */
  #taskId({ id, bareTasks }: Claim['run'], index: number): string {
    return bareTasks === true ? `${id}-${index}` : `${this.#homeId}.${id}-${index}`;
  }

  /**
   * Stops taking runs, waits for the current work or aborts it after `stopWithinMs`, and releases the home. The next daemon continues an
   * aborted run. Idempotent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#stopping = true;
    this.#emit({ type: 'stopping', running: this.#running !== undefined });
    this.#timers?.stop();
    this.#nudge();
    const bound = setTimeout(() => {
      for (const controller of this.#aborts) controller.abort(new ArtistError('ERR_ABORTED', 'the schedule is stopped'));
    }, this.#options.stopWithinMs);
    try {
      await Promise.all([this.#loop, this.#ticking]);
    } finally {
      clearTimeout(bound);
      await this.#beat().catch((error: unknown) => this.#complain(error));
      await this.#uptime?.end().catch((error: unknown) => this.#complain(error));
      await this.#lock?.release();
    }
  }

  async #beat(): Promise<void> {
    const heartbeat: Heartbeat = {
      pid: process.pid,
      startedAt: new Date(this.#startedAt).toISOString(),
      at: new Date(this.#clock.now()).toISOString(),
      running: this.#running ? [this.#running.run.id] : [],
    };
    await writeFileAtomic(scheduleFiles(this.#options.store.home).heartbeat, `${JSON.stringify(heartbeat)}\n`, { private: true });
  }

  #report(events: readonly ScheduleEvent[]): void {
    for (const event of events) this.#emit(event);
  }

  /** A problem recurs every second while it lasts; report it once a minute. */
  #complain(error: unknown): void {
    const text = String(error);
    const at = this.#clock.monotonic();
    if (this.#trouble?.text === text && at - this.#trouble.at < 60_000) return;
    this.#trouble = { text, at };
    this.#emit({ type: 'trouble', error });
  }

  /** A listener that throws must not stop the schedule. */
  #emit(event: DaemonEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}
