import { errorLine } from '../../core/index.ts';
import type { WorkerEvent } from '../../schedule/index.ts';
import { loadPromClient } from './metrics-page.ts';

const troubleMs = 60_000;

/** Counts the tasks of a worker since its start. Pass its events to see(); registry and health() are for startMetrics(). */
export async function watchTasks() {
  const { Counter, Histogram, Registry } = await loadPromClient();
  const registry = new Registry();
  const ended = new Counter({
    name: 'ai_artist_worker_tasks_total',
    help: 'Tasks that this worker ended, since it was started',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['done', 'failed', 'cancelled', 'lost']) ended.inc({ outcome }, 0);
  const seconds = new Histogram({
    name: 'ai_artist_worker_task_seconds',
    help: 'Seconds of the tasks that were done',
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
    registers: [registry],
  });
  const begun = new Map<string, number>();
  let trouble: { text: string; at: number } | undefined;
  const see = (event: WorkerEvent): void => {
    if (event.type === 'trouble') {
      trouble = { text: `the queue is out of reach: ${errorLine(event.error)}`, at: performance.now() };
      return;
    }
    trouble = undefined;
    if (event.type === 'started') {
      begun.set(event.id, performance.now());
      return;
    }
    ended.inc({ outcome: event.type });
    const from = begun.get(event.id);
    if (event.type === 'done' && from !== undefined) seconds.observe((performance.now() - from) / 1000);
    begun.delete(event.id);
  };
  // The worker repeats the event while the problem lasts, so an old one means it is over.
  const health = async (): Promise<string | undefined> =>
    trouble && performance.now() - trouble.at < troubleMs ? trouble.text : undefined;
  return { registry, see, health };
}
