import type { Clock, Home } from '../../core/index.ts';
import { type HistoryRecord, ScheduleStore } from '../../schedule/index.ts';
import type { EventHub, EventSource } from './event-hub.ts';
import { poll } from './poll.ts';

const everyMs = 1000;

export interface ScheduleSourceOptions {
  home: Home;
  clock: Clock;
  clean: (message: string) => string;
  warn: (line: string) => void;
}

/** Publishes the runs of the schedule when they have ended, and that its jobs were changed, asked for or begun. */
export class ScheduleSource implements EventSource {
  readonly #options: ScheduleSourceOptions;

  constructor(options: ScheduleSourceOptions) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const { home, clock, warn } = this.#options;
    const store = new ScheduleStore(home.folder, { clock });
    let version: string | undefined;
    let known: Set<string> | undefined;
    let jobs = '';
    return poll(
      async () => {
        const now = await store.version();
        if (now === version) return;
        const state = await store.read();
        const ended = state.history.filter((record) => known !== undefined && !known.has(stampOf(record)));
        const names = JSON.stringify(
          state.jobs.map(({ id, name, paused, running, waiting }) => [id, name, paused, running?.id, waiting.length]),
        );
        if (known !== undefined && names !== jobs) {
          const data = { jobs: state.jobs.map(({ id }) => id) };
          hub.publish({ topic: 'schedule', type: 'schedule.changed', data, open: undefined });
        }
        for (const record of ended) this.#tell(hub, record);
        known = new Set(state.history.map(stampOf));
        [version, jobs] = [now, names];
      },
      { everyMs, clock, warn, what: 'the schedule' },
    );
  }

  #tell(hub: EventHub, { results: _, message, ...record }: HistoryRecord): void {
    const data = { ...record, message: message === null ? null : this.#options.clean(message) };
    hub.publish({ topic: 'schedule', type: 'schedule.run', data, open: undefined });
  }
}

/** Runs that were missed one after the other share a record, which changes. */
const stampOf = ({ id, count, endedAt }: HistoryRecord): string => `${id} ${count} ${endedAt}`;
