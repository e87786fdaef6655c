/** Mass actions: changes of many works that run beside other requests, report their progress, and can be cancelled and taken back. */
import { setImmediate as breath } from 'node:timers/promises';
import { ArtistError, birthOf, createIds, display, isArtistError, redact } from '../../../core/index.ts';
import type { Gallery, WorkUpdate } from '../../../gallery/index.ts';
import { type Caller, permits, type ServerContext } from '../../context.ts';
import { withoutPaths } from '../../errors/request-error.ts';
import { type Action, describeAction, type Plan, planOf, planOfUndo } from './actions.ts';
import { type Operation, OperationBook, reason, type StoredOperation, scopeOf, withUndoable } from './operation-book.ts';
import { UndoRecords, type UndoStep } from './undo-records.ts';
import { valuesOf } from './work-change.ts';

/** Works whose former values are written down together before the first of them is changed. */
const batchSize = 50;
const mostFailures = 20;
/** Operations that wait or run in this process. */
const mostWaiting = 20;

interface Running {
  operation: StoredOperation;
  readonly abort: AbortController;
  done: Promise<void>;
}

type Work = (running: Running) => Promise<void>;

/** The operations of a server. They run one after the other, so that a later one sees what an earlier one did. */
export class Operations {
  readonly #context: ServerContext;
  readonly #book: OperationBook;
  readonly #records: UndoRecords;
  readonly #newId: () => string;
  readonly #running = new Map<string, Running>();
  #last: Promise<void> = Promise.resolve();

  constructor(context: ServerContext) {
    this.#context = context;
    this.#book = new OperationBook(context.home, context.clock);
    this.#records = new UndoRecords(context.home);
    this.#newId = createIds({ clock: context.clock });
  }

  /**
   * Begins an action on works, by whole ids.
   *
   * @throws ArtistError ERR_LOCKED: too many operations wait; ERR_WRITE, ERR_DISK_FULL: it cannot be recorded
   */
  begin(action: Action, ids: readonly string[], client: string): Promise<Operation> {
    return this.#begin({ action: action.action, what: describeAction(action), total: ids.length, client }, (running) =>
      action.action === 'purge' ? this.#purge(running, ids) : this.#change(running, ids, planOf(action, this.#now())),
    );
  }

  /**
   * Begins to take an operation back: the works get the values that they had before it, except those that were changed since.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_FORBIDDEN; ERR_INVALID_ARGUMENT: it cannot be undone; and every error of begin()
   */
  async undo(id: string, caller: Caller): Promise<Operation> {
    const before = await this.#mine(id, caller);
    const isBegun = [...this.#running.values()].some(({ operation }) => operation.undoes === id);
    if (!before.undoable || isBegun)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${id}: expected an operation that can be undone, got ${isBegun ? 'one that is being undone' : reason(before)}`,
      );
    const steps = new Map((await this.#records.read(id)).map((step) => [step.id, planOfUndo(step)]));
    const about = { action: 'undo', what: `undo ${before.what}`, total: steps.size, client: caller.id, undoes: id } as const;
    return this.#begin(about, async (running) => {
      await this.#change(running, [...steps.keys()], (work) => steps.get(work.id)?.(work));
      // An undo that was broken off may be begun again: it changes only what still has the values of the operation.
      await this.#book.markUndone(id, this.#now());
    });
  }

  /** Newest first. */
  async list(): Promise<Operation[]> {
    return (await this.#book.list()).map((stored) => this.#live(stored.id) ?? stored);
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  async get(id: string): Promise<Operation> {
    return this.#live(id) ?? this.#book.get(id);
  }

  /**
   * Stops an operation after the work it is at. What it changed stays, and can be undone.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_FORBIDDEN; ERR_INVALID_ARGUMENT: it does not run in this process
   */
  async cancel(id: string, caller: Caller): Promise<Operation> {
    const { state } = await this.#mine(id, caller);
    const running = this.#running.get(id);
    if (!running) {
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${display(id)}: expected an operation that runs in this server, got one that is ${state}`,
      );
    }
    running.abort.abort(new ArtistError('ERR_ABORTED', 'cancelled'));
    await running.done;
    return this.get(id);
  }

  /** An operation that a caller may stop and take back: its own, or one that it may begin itself. */
  async #mine(id: string, caller: Caller): Promise<Operation> {
    const operation = await this.get(id);
    const scope = scopeOf(operation);
    if (operation.client === caller.id || permits(caller, scope)) return operation;
    throw new ArtistError(
      'ERR_FORBIDDEN',
      `${display(id)}: expected a token with scope ${scope}, or the one that began it, got one with ${caller.scope}`,
    );
  }

  /** Waits for the end of an operation, at most so long. */
  async settled(id: string, waitMs: number): Promise<Operation> {
    const running = this.#running.get(id);
    if (running && waitMs > 0) {
      const timer = new AbortController();
      await Promise.race([running.done, this.#context.clock.sleep(waitMs, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
    return this.get(id);
  }

  /** Cancels what runs, and waits for its end. */
  async close(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { abort } of all) abort.abort(new ArtistError('ERR_ABORTED', 'the server is shutting down'));
    await Promise.all(all.map(({ done }) => done));
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }

  #live(id: string): Operation | undefined {
    const running = this.#running.get(id);
    return running && withUndoable(withoutProcess(running.operation));
  }

  async #begin(about: Pick<Operation, 'action' | 'what' | 'total' | 'client'> & { undoes?: string }, work: Work): Promise<Operation> {
    if (this.#running.size >= mostWaiting)
      throw new ArtistError('ERR_LOCKED', `operations: expected at most ${mostWaiting} at a time, got more. Wait until one has ended`);
    const operation: StoredOperation = {
      id: this.#newId(),
      state: 'waiting',
      ...{ done: 0, changed: 0, unchanged: 0, failed: 0, failures: [], error: null },
      ...{ startedAt: this.#now(), endedAt: null, undoneAt: null },
      ...about,
      undoes: about.undoes ?? null,
      pid: process.pid,
      birth: (await birthOf(process.pid)) ?? null,
    };
    await this.#book.put(operation);
    const running: Running = { operation, abort: new AbortController(), done: Promise.resolve() };
    this.#running.set(operation.id, running);
    running.done = this.#last.then(() => this.#run(running, work));
    this.#last = running.done;
    return withUndoable(withoutProcess(operation));
  }

  /** Never rejects. */
  async #run(running: Running, work: Work): Promise<void> {
    const { operation, abort } = running;
    try {
      abort.signal.throwIfAborted();
      operation.state = 'running';
      await this.#book.put(operation);
      await this.#records.prune();
      await work(running);
      operation.state = 'done';
    } catch (error) {
      operation.state = abort.signal.aborted ? 'cancelled' : 'failed';
      if (!abort.signal.aborted) operation.error = this.#told(error);
    }
    operation.endedAt = this.#now();
    await this.#book.put(operation).catch((error: unknown) => this.#context.warn(`operation ${operation.id}: ${String(error)}`));
    this.#running.delete(operation.id);
  }

  #told(error: unknown): { code: string; message: string } {
    if (!isArtistError(error))
      this.#context.warn(`an operation failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const message = isArtistError(error) ? error.message : 'unexpected error, see the log of the server';
    return { code: isArtistError(error) ? error.code : 'ERR_INTERNAL', message: withoutPaths(redact(message), this.#context.home.folder) };
  }

  async #change(running: Running, ids: readonly string[], plan: Plan): Promise<void> {
    const { gallery } = this.#context;
    const { operation } = running;
    for (let at = 0; at < ids.length; at += batchSize) {
      running.abort.signal.throwIfAborted();
      const batch = ids.slice(at, at + batchSize);
      const planned = new Map<string, UndoStep>();
      for (const work of await gallery.getMany(batch)) {
        const after = plan(work);
        if (after) planned.set(work.id, { id: work.id, before: valuesOf(work, after), after });
      }
      // Written before the first change, so that every change can be undone, whatever happens in between.
      const isUndo = operation.action === 'undo';
      if (!isUndo) await this.#records.append(operation.id, [...planned.values()]);
      const corrected: UndoStep[] = [];
      for (const id of batch) {
        running.abort.signal.throwIfAborted();
        const step = (await this.#changeOne(gallery, id, plan, running)) ?? { id, before: {}, after: {} };
        if (planned.has(id) && JSON.stringify(step) !== JSON.stringify(planned.get(id))) corrected.push(step);
      }
      if (!isUndo) await this.#records.append(operation.id, corrected);
      await breath();
    }
  }

  /** What was changed, under the gallery's lock: another client may have changed the work since its batch was read. */
  async #changeOne(gallery: Gallery, id: string, plan: Plan, running: Running): Promise<UndoStep | undefined> {
    let step: UndoStep | undefined;
    await this.#each(id, running, async () => {
      await gallery.update(id, (work): WorkUpdate | undefined => {
        const after = plan(work);
        step = after && { id, before: valuesOf(work, after), after };
        return after;
      });
      return step !== undefined;
    });
    return step;
  }

  async #purge(running: Running, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      running.abort.signal.throwIfAborted();
      await this.#each(id, running, async () => {
        await this.#context.gallery.purge(id);
        return true;
      });
      await breath();
    }
  }

  /** Counts one work. A full disk or a lock would fail every further work, so it ends the operation. */
  async #each(id: string, { operation }: Running, work: () => Promise<boolean>): Promise<void> {
    try {
      if (await work()) operation.changed++;
      else operation.unchanged++;
    } catch (error) {
      if (!isArtistError(error) || ['ERR_DISK_FULL', 'ERR_WRITE', 'ERR_LOCKED'].includes(error.code)) throw error;
      operation.failed++;
      if (operation.failures.length < mostFailures) operation.failures.push({ id, ...this.#told(error) });
    }
    operation.done++;
  }
}

function withoutProcess({ pid: _, birth: __, ...operation }: StoredOperation): Omit<Operation, 'undoable'> {
  return { ...operation, failures: [...operation.failures] };
}
