import type { Clock, Home } from '../../core/index.ts';
import { type OrderedRun, trainingOrders, trainingRun } from '../../service/index.ts';
import type { EventHub, EventSource } from './event-hub.ts';
import { poll } from './poll.ts';

const everyMs = 1000;

export interface TrainingSourceOptions {
  home: Home;
  clock: Clock;
  clean: (message: string) => string;
  warn: (line: string) => void;
}

/** Publishes states and progress of the training runs that a server of this home started. */
export class TrainingSource implements EventSource {
  readonly #options: TrainingSourceOptions;

  constructor(options: TrainingSourceOptions) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const { home, clock, warn } = this.#options;
    const orders = trainingOrders(home, { clock });
    let version: string | undefined;
    let runs: OrderedRun[] = [];
    const known = new Map<string, string>();
    const steps = new Map<string, number | null>();
    return poll(
      async () => {
        const now = await orders.version();
        if (now !== version) {
          runs = (await orders.read()).runs;
          for (const run of runs) {
            const before = known.get(run.name);
            known.set(run.name, run.state);
            if (version !== undefined && before !== run.state) this.#tell(hub, run);
          }
          version = now;
        }
        for (const { name } of runs.filter(({ state }) => state === 'running')) {
          const { step, loss } = await trainingRun(home, name);
          if (step !== null && steps.get(name) !== step) {
            const data = { run: name, step, loss };
            hub.publish({ topic: 'training', type: 'training.step', data, open: undefined });
          }
          steps.set(name, step);
        }
      },
      { everyMs, clock, warn, what: 'training' },
    );
  }

  #tell(hub: EventHub, { name, state, code, message }: OrderedRun): void {
    const error = code === null ? null : { code, message: this.#options.clean(message ?? '') };
    hub.publish({ topic: 'training', type: 'training', data: { run: name, state, error }, open: undefined });
  }
}
