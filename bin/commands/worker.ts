import { z } from 'zod';
import type { Artist } from '../../lib/artist/loop/index.ts';
import { lazySchema, resolveOptions } from '../../lib/core/index.ts';
import { loadPromClient } from '../../lib/operator/index.ts';
import { readDuration, type TaskHandler, type WorkerEvent } from '../../lib/schedule/index.ts';
import { command } from '../command.ts';
import { openArtist } from '../create-work.ts';
import { type Flag, number, text } from '../flags.ts';
import { isWanted, metricsFlags, placesOf, startMetrics } from '../metrics.ts';
import { openQueueAt, queueAddress, queueDescription, shownAddress } from '../queue-address.ts';
import type { Context } from '../run.ts';
import { oneLine, paintOrder } from '../work-order.ts';

const taskSchema = lazySchema(() => z.strictObject({ order: z.unknown(), rotation: z.unknown(), since: z.int() }));

function painter(artist: Artist): TaskHandler {
  return async ({ payload, ...task }) => {
    const { order, rotation, since } = resolveOptions('task', taskSchema, payload);
    return paintOrder({ ...task, payload: order, rotation, since }, artist);
  };
}

function tell({ note, warn }: Pick<Context, 'note' | 'warn'>): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'started':
        return note(`${event.id}: begins`);
      case 'done':
      case 'cancelled':
        return note(`${event.id}: ${event.type}`);
      case 'failed':
        return warn(`${event.id}: failed: ${event.code}: ${event.message}${event.again ? '; it will be tried again' : ''}`);
      case 'lost':
        return warn(`${event.id}: was given to another worker, because this one was silent for too long`);
      case 'trouble':
        return warn(`the queue is out of reach for the moment: ${oneLine(event.error)}`);
    }
  };
}

const troubleMs = 60_000;

/** What this worker did since it was started. */
async function watchTasks() {
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
      trouble = { text: `the queue is out of reach: ${oneLine(event.error)}`, at: performance.now() };
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
  // It is told again and again while it lasts.
  const health = async (): Promise<string | undefined> =>
    trouble && performance.now() - trouble.at < troubleMs ? trouble.text : undefined;
  return { registry, see, health };
}

const duration = (describe: string): Flag<number> => ({ describe, shape: 'value', read: readDuration });

export const workerCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings, else file`),
    name: text('Shown in the tasks. Default: host and process id'),
    concurrency: number('Works at the same time, 1..64, with one model in memory. Default: 1'),
    lease: duration('A worker that is silent for this long loses its task to another. Default: 30s'),
    'stop-within': duration('When it is stopped: how long a work may take to end before it goes back into the queue. Default: 30s'),
    ...metricsFlags,
  },
  names: new Map([
    ['name', '--name'],
    ['concurrency', '--concurrency'],
    ['leaseMs', '--lease'],
    ['metricsPort', '--metrics-port'],
  ]),
  examples: [
    ['$0 worker', 'Paint what `ai-artist schedule start --queue file` hands over'],
    ['$0 worker --queue redis://10.0.0.5:6379', 'On each machine with a GPU; needs: npm install bullmq ioredis'],
    ['$0 worker --metrics-port 9465', 'Also serve http://127.0.0.1:9465/metrics for Prometheus'],
  ],
  epilogue:
    'Until Ctrl-C or SIGTERM. A worker that is killed in the middle of a work has it done by another; each work is recorded once. Models and LoRAs must be present on every machine.',
  run: async ({ queue: given, name, concurrency, lease: leaseMs, 'stop-within': stopWithinMs, ...metrics }, context) => {
    const places = placesOf(metrics);
    const address = (await queueAddress(given, context)) ?? 'file';
    await context.logToFiles('worker');
    const queue = await openQueueAt(address, context.home);
    const artist = await openArtist(context);
    const counts = { done: 0, failed: 0, cancelled: 0, lost: 0 };
    const show = tell(context);
    const live = isWanted(places) ? await watchTasks() : undefined;
    let endMetrics = async (): Promise<void> => undefined;
    try {
      if (live) endMetrics = await startMetrics(places, { queue: address, health: live.health, further: [live.registry] }, context);
      const worker = await queue.work(painter(artist), {
        ...(name !== undefined && { name }),
        ...(concurrency !== undefined && { concurrency }),
        ...(leaseMs !== undefined && { leaseMs }),
        onEvent: (event) => {
          live?.see(event);
          if (event.type === 'done' || event.type === 'cancelled' || event.type === 'lost') counts[event.type]++;
          if (event.type === 'failed' && !event.again) counts.failed++;
          show(event);
        },
      });
      context.note(`${worker.name} waits for works (${shownAddress(address)})`);
      const { signal } = context;
      await new Promise<void>((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      await worker.stop(stopWithinMs);
    } finally {
      await endMetrics();
      await queue.close();
      await artist.dispose();
    }
    return { json: { queue: queue.driver, works: counts }, text: [] };
  },
});
