import {
  type Clock,
  createIds,
  homeOf,
  type LockOwner,
  lockOwner,
  resolveOptions,
  StateFile,
  type StateOptions,
  systemClock,
} from '../core/index.ts';
import { dueTimes, type Job, type JobOptions, jobAsOptions, jobOptions, newJob, type Occurrence } from './job.ts';
import { editJob, findJob, pauseJob, removeJob, resumeJob } from './rules/jobs.ts';
import { requestRun, withdrawRun } from './rules/runs.ts';
import { type HistoryRecord, type ScheduleState, scheduleDefinition } from './state.ts';

export interface ScheduleStoreOptions extends StateOptions {
  clock?: Clock;
}

/** A future run. */
export interface UpcomingRun {
  jobId: string;
  name: string;
  /** Milliseconds since 1970. */
  at: number;
  timeZone: string;
}

/** Paths of the schedule's files. */
export function scheduleFiles(home: string): { state: string; daemonLock: string; heartbeat: string } {
  const at = homeOf(home);
  return {
    state: at.state('schedule.json'),
    daemonLock: at.state('schedule-daemon.lock'),
    heartbeat: at.state('schedule-daemon.json'),
  };
}

/**
 * The jobs and their history, in one file under the home folder. Any number of processes may use it while a daemon runs: it notices their
 * changes within two seconds.
 */
export class ScheduleStore {
  readonly home: string;
  readonly clock: Clock;
  readonly #file: StateFile<ScheduleState>;
  readonly #newId: () => string;

  constructor(home: string, { clock = systemClock, ...options }: ScheduleStoreOptions = {}) {
    this.home = home;
    this.clock = clock;
    this.#file = new StateFile(scheduleFiles(home).state, scheduleDefinition, { clock, ...options });
    this.#newId = createIds({ clock });
  }

  /**
   * A copy of the state.
   *
   * @throws ArtistError every error of StateFile.read()
   */
  read(): Promise<ScheduleState> {
    return this.#file.read();
  }

  /**
   * Changes the state under its lock.
   *
   * @throws ArtistError every error of StateFile.update()
   */
  change<R>(change: (state: ScheduleState) => R): Promise<R> {
    return this.#file.change(change);
  }

  /** A value that differs after every change by any process; cheap. */
  version(): Promise<string> {
    return this.#file.version();
  }

  /** @throws ArtistError ERR_INVALID_ARGUMENT: invalid options, or a job that would never be due */
  async add(options: JobOptions): Promise<Job> {
    const checked = resolveOptions('schedule', jobOptions, options);
    return this.change((state) => {
      const job = newJob(checked, `j${state.nextJob}`, this.clock.now());
      state.nextJob++;
      state.jobs.push(job);
      return job;
    });
  }

  /**
   * Changes a job; options that are not named stay. A run that has begun keeps its options.
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT
   */
  async edit(id: string, changes: Partial<JobOptions>): Promise<Job> {
    return this.change((state) => {
      const whole = { ...jobAsOptions(findJob(state, id)), ...changes };
      return editJob(state, id, resolveOptions('schedule', jobOptions, whole), this.clock.now());
    });
  }

  /**
   * A job by its id, or by its name if only one job has it.
   *
   * @throws ArtistError ERR_NOT_FOUND
   */
  async get(id: string): Promise<Job> {
    return findJob(await this.read(), id);
  }

  /** Records of jobs that cannot be read, and why. They never run; remove() deletes them. */
  async broken(): Promise<ScheduleState['broken']> {
    return (await this.read()).broken;
  }

  async list(): Promise<Job[]> {
    return (await this.read()).jobs;
  }

  /**
   * Removes a job. Returns undefined for a record that could not be read.
   *
   * @throws ArtistError ERR_NOT_FOUND
   */
  remove(id: string): Promise<Job | undefined> {
    return this.change((state) => removeJob(state, id));
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  pause(id: string): Promise<Job> {
    return this.change((state) => pauseJob(state, id));
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  resume(id: string): Promise<Job> {
    return this.change((state) => resumeJob(state, id, this.clock.now()));
  }

  /**
   * Requests a run now, also of a paused job. A daemon begins it within two seconds; without a daemon it waits.
   *
   * @throws ArtistError ERR_NOT_FOUND
   */
  runNow(id: string): Promise<Occurrence> {
    return this.change((state) => requestRun(state, id, this.clock.now(), this.#newId()));
  }

  /** Cancels a run requested by runNow() that has not begun. Returns false if there is none, or it has begun or ended. */
  withdraw(runId: string): Promise<boolean> {
    return this.change((state) => withdrawRun(state, runId, this.clock.now()));
  }

  /** The next `count` runs of one job, or of all together, ascending. Paused and broken jobs have none. */
  async next(count: number, id?: string): Promise<UpcomingRun[]> {
    const state = await this.read();
    const jobs = id === undefined ? state.jobs : [findJob(state, id)];
    const now = this.clock.now();
    return jobs
      .flatMap((job) => dueTimes(job, now, count).map((at) => ({ jobId: job.id, name: job.name, at, timeZone: job.timeZone })))
      .sort((a, b) => a.at - b.at)
      .slice(0, count);
  }

  /** Newest first; of one job, removed ones included, or of all. */
  async history({ id, limit = 50 }: { id?: string | undefined; limit?: number } = {}): Promise<HistoryRecord[]> {
    const state = await this.read();
    const { history } = state;
    const jobId = id === undefined ? undefined : history.some((record) => record.jobId === id) ? id : findJob(state, id).id;
    return history
      .filter((record) => jobId === undefined || record.jobId === jobId)
      .reverse()
      .slice(0, limit);
  }

  /** The process that runs the schedule of this home; undefined if none does. */
  daemon(): Promise<LockOwner | undefined> {
    return lockOwner(scheduleFiles(this.home).daemonLock);
  }
}
