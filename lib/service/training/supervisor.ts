/** Starts training runs for a server, one at a time, and looks after them: also after those that an earlier server started. */
import { spawn } from 'node:child_process';
import {
  ArtistError,
  birthOf,
  type Clock,
  childProgram,
  errorLine,
  type Home,
  isAlive,
  kindOfPlace,
  refusedName,
  type StateFile,
  type Timer,
} from '../../core/index.ts';
import type { TaskQueue } from '../../schedule/index.ts';
import { prolongTraining, removeTrainingRun, type TrainLoraOptions } from '../../train/index.ts';
import { trainingRuns } from '../metrics/training-runs.ts';
import { isOpen, type OrderedRun, type TrainingOrders, trainingOrders } from './training-state.ts';

const lookMs = 1000;
/** A process that has not begun by then was not started, or died at once. */
const beginWithinMs = 60_000;
/** Records of ended runs that are kept; their folders stay. */
const mostRecords = 200;

export interface TrainingOptions {
  home: Home;
  queue: TaskQueue;
  clock: Clock;
  warn: (line: string) => void;
}

/** Options of trainLora() that a server sets itself. */
export type OwnTrainOptions = 'home' | 'out' | 'runFolder' | 'overwrite' | 'signal' | 'onProgress';

export class TrainingSupervisor {
  readonly #options: TrainingOptions;
  readonly #orders: StateFile<TrainingOrders>;
  #timer: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: TrainingOptions) {
    this.#options = options;
    this.#orders = trainingOrders(options.home, { clock: options.clock });
  }

  /** The runs that were started through a server, newest first. */
  async list(): Promise<OrderedRun[]> {
    return (await this.#orders.read()).runs.toReversed();
  }

  /**
   * Starts a run. While it trains, painting waits: the queue is paused, and resumed at its end.
   *
   * @param name of its folder in `<home>/training`
   * @param share paint beside it, on the same device
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_ALREADY_EXISTS, ERR_LOCKED: another run trains
   */
  async start(name: string, options: Omit<TrainLoraOptions, OwnTrainOptions>, share: boolean): Promise<OrderedRun> {
    const wrong = refusedName(name);
    if (wrong !== undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', `run: expected a name for a folder, got ${wrong}`);
    if ((await kindOfPlace(this.#options.home.trainingRun(name))) !== 'nothing')
      throw new ArtistError('ERR_ALREADY_EXISTS', `run: expected a new name, got ${name}, which is there`);
    return this.#order(name, options as OrderedRun['options'], share);
  }

  /** Continues a run from its last checkpoint. @throws ArtistError ERR_NOT_FOUND, ERR_LOCKED */
  async resume(name: string, share: boolean): Promise<OrderedRun> {
    await this.#checkFolder(name);
    return this.#order(name, null, share);
  }

  /** Gives a run more steps in all, and continues it. @throws ArtistError every error of prolongTraining() and resume() */
  async prolong(name: string, steps: number, share: boolean): Promise<OrderedRun> {
    await this.#checkFolder(name);
    await prolongTraining(this.#options.home.trainingRun(name), steps);
    return this.resume(name, share);
  }

  /** Stops a run after its current step and keeps its progress. @throws ArtistError ERR_NOT_FOUND: it does not run */
  async stop(name: string): Promise<OrderedRun> {
    const now = this.#options.clock.now();
    const run = await this.#orders.change(({ runs }) => {
      const open = runs.findLast((one) => one.name === name && isOpen(one));
      if (open?.state === 'waiting') Object.assign(open, { state: 'stopped', endedAt: now });
      else if (open) open.stop = true;
      return open;
    });
    if (!run) throw new ArtistError('ERR_NOT_FOUND', `run: expected one that this server trains, got ${JSON.stringify(name)}`);
    await this.look();
    return run;
  }

  /** Removes a run with its checkpoints and samples. @throws ArtistError every error of removeTrainingRun() */
  async remove(name: string): Promise<void> {
    await removeTrainingRun(name, { home: this.#options.home.folder });
    await this.#orders.change((state) => {
      state.runs = state.runs.filter((run) => run.name !== name || isOpen(run));
    });
  }

  async #checkFolder(name: string): Promise<void> {
    if (refusedName(name) === undefined && (await kindOfPlace(this.#options.home.trainingRun(name))) === 'folder') return;
    throw new ArtistError('ERR_NOT_FOUND', `run: expected the name of a training run, got ${JSON.stringify(name)}`);
  }

  async #order(name: string, options: OrderedRun['options'], share: boolean): Promise<OrderedRun> {
    const { home, clock } = this.#options;
    const other = (await trainingRuns(home.folder)).find(({ running }) => running);
    const run: OrderedRun = {
      ...{ name, state: 'waiting', options, share, pausedQueue: false, stop: false, pid: null, birth: null },
      ...{ orderedAt: clock.now(), startedAt: null, endedAt: null, code: null, message: null },
    };
    await this.#orders.change((state) => {
      const busy = state.runs.find(isOpen)?.name ?? other?.name;
      if (busy !== undefined)
        throw new ArtistError(
          'ERR_LOCKED',
          `training: expected no other run, got ${busy}, which trains. Stop it first, or wait for its end`,
        );
      state.runs = [...state.runs.filter((one) => one.name !== name || one.pausedQueue), run].slice(-mostRecords);
    });
    await this.look();
    return run;
  }

  /** Looks after the runs, and from then on every second while there is something to do. Call it once at the start of a server. */
  look(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#look());
    return this.#turn;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    this.#timer?.cancel();
    let isBusy = true;
    try {
      for (const run of (await this.#orders.read()).runs) await this.#lookAt(run);
      isBusy = (await this.#orders.read()).runs.some((run) => isOpen(run) || run.pausedQueue);
    } catch (error) {
      this.#options.warn(`training: ${errorLine(error)}`);
    }
    if (isBusy && !this.#closed) this.#timer = this.#options.clock.timer(lookMs, () => void this.look(), { unref: true });
  }

  async #lookAt(run: OrderedRun): Promise<void> {
    if (run.state === 'waiting') await this.#begin(run);
    else if (run.state === 'running') await this.#check(run);
    else if (run.pausedQueue) {
      await this.#options.queue.resume();
      await this.#change(run, (one) => {
        one.pausedQueue = false;
      });
    }
  }

  /** Starts its process, if nothing is being painted. */
  async #begin(run: OrderedRun): Promise<void> {
    const { queue, home, clock } = this.#options;
    if (!run.share) {
      if (!(await queue.isPaused())) {
        // Noted first: a queue that is paused for a run that nobody remembers would stay so.
        await this.#change(run, (one) => {
          one.pausedQueue = true;
        });
        await queue.pause();
      }
      if ((await queue.list(['running'], 1)).length > 0) return;
    }
    const isOurs = await this.#change(run, (one) => {
      if (one.state !== 'waiting') return false;
      Object.assign(one, { state: 'running', startedAt: clock.now() });
      return true;
    });
    if (!isOurs) return;
    const { file, execArgv } = childProgram('service/training/training-program');
    const child = spawn(process.execPath, [...execArgv, file, home.folder, run.name], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
    });
    child.once('error', (error) => this.#options.warn(`training: ${run.name} could not be started: ${error.message}`));
    child.unref();
  }

  /** Notices that its process is gone without a word. */
  async #check(run: OrderedRun): Promise<void> {
    const { clock } = this.#options;
    const lives =
      run.pid === null
        ? clock.now() - (run.startedAt ?? 0) < beginWithinMs
        : isAlive(run.pid) && (run.birth === null || (await birthOf(run.pid)) === run.birth);
    if (lives) return;
    await this.#change(run, (one) => {
      // It may have written its end in this moment.
      if (one.state === 'running' && one.pid === run.pid)
        Object.assign(one, { state: one.stop ? 'stopped' : 'interrupted', endedAt: clock.now(), pid: null, birth: null });
    });
  }

  #change<R>({ name, orderedAt }: OrderedRun, change: (run: OrderedRun) => R): Promise<R | undefined> {
    return this.#orders.change(({ runs }) => {
      const run = runs.find((one) => one.name === name && one.orderedAt === orderedAt);
      return run && change(run);
    });
  }

  /** Stops looking. A run that trains goes on, and the next server looks after it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#turn;
  }
}
