import { handOver } from '../../../artist/index.ts';
import { isArtistError } from '../../../core/index.ts';
import { ScheduleDaemon, type ScheduleStore } from '../../../schedule/index.ts';
import { openPublishing, publishAfter } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';

/** How often a run is looked for in the history. */
const pollMs = 500;

/** Runs that were requested while no schedule ran: their works go into the queue of the server, one run after the other. */
export class RequestedRuns {
  readonly #store: ScheduleStore;
  readonly #context: ServerContext;
  #last: Promise<void> = Promise.resolve();
  /** Runs that wait for this server, or that it carries out. */
  #open = 0;

  constructor(store: ScheduleStore, context: ServerContext) {
    this.#store = store;
    this.#context = context;
  }

  /** Requests a run. `by`: who carries it out, a schedule that runs, or this server. */
  async request(job: string): Promise<{ id: string; by: 'schedule' | 'server' }> {
    const { id } = await this.#store.runNow(job);
    // What this server holds itself takes one run only: the next one is its turn too.
    if (!this.isCarryingOut && (await this.#store.daemon())) return { id, by: 'schedule' };
    this.#open++;
    this.#last = this.#last
      .then(() => this.#run(id))
      .catch((error: unknown) => this.#context.warn(`run ${id}: ${String(error)}`))
      .finally(() => this.#open--);
    return { id, by: 'server' };
  }

  /** Whether this server stands in for a schedule, for runs that were requested and no others. */
  get isCarryingOut(): boolean {
    return this.#open > 0;
  }

  async #run(id: string): Promise<void> {
    const { queue, warn, closing, clock, config, gallery } = this.#context;
    const run = publishAfter(handOver(queue, { warn }), {
      publishing: openPublishing(config, { clock, signal: closing, warn }),
      gallery,
      warn,
    });
    let daemon: ScheduleDaemon;
    try {
      daemon = await ScheduleDaemon.start({ store: this.#store, only: id, run, stopWithinMs: 0 });
    } catch (error) {
      if (isArtistError(error, 'ERR_LOCKED')) return; // a schedule that started a moment ago takes it
      throw error;
    }
    try {
      while (!closing.aborted && !(await this.#store.history({ limit: 1000 })).some((record) => record.id === id))
        await clock.sleep(pollMs, { signal: closing }).catch(() => undefined);
    } finally {
      await daemon.stop();
    }
  }

  /** Waits until none runs here. A run that was broken off is continued by the next schedule. */
  close(): Promise<void> {
    return this.#last;
  }
}
