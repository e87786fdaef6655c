import { type LookUp, paintTasks } from '../../lib/artist/index.ts';
import { errorLine } from '../../lib/core/index.ts';
import {
  homeId,
  type QueueWorker,
  readDuration,
  ScheduleStore,
  serveQueues,
  type TaskHandler,
  type WorkerEvent,
  type WorkerOptions,
} from '../../lib/schedule/index.ts';
import { loadPromClient } from '../../lib/service/index.ts';
import { type Flag, number, text } from '../flags/flags.ts';
import { isWanted, metricsFlags, placesOf, startMetrics } from '../flags/metrics-flags.ts';
import {
  givenQueueName,
  isRedis,
  openQueueAt,
  queueAddress,
  queueDescription,
  queueNameDescription,
  shownAddress,
} from '../flags/queue-address.ts';
import { command } from '../shell/command.ts';
import type { Context } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';

interface Source {
  work: (handler: TaskHandler, options: WorkerOptions) => Promise<QueueWorker>;
  lookUp: LookUp;
  warnings: () => Promise<string[]>;
  close: () => Promise<void>;
}

/** The queue of the home, the one that is named, or, where the home has no jobs of its own, every queue of the Redis. */
async function sourceOf(address: string, given: string | undefined, context: Context): Promise<Source & { about: string }> {
  const { home } = context;
  if (!isRedis(address)) {
    const queue = await openQueueAt(address, home, undefined);
    const lookUp: LookUp = async (id) => ((await queue.get(id)) ? { settled: await queue.settled(id) } : undefined);
    return {
      work: (handler, options) => queue.work(handler, options),
      lookUp,
      warnings: () => queue.warnings(),
      close: () => queue.close(),
      about: '',
    };
  }
  const hasJobs = given === undefined && (await new ScheduleStore(home).list()).length > 0;
  const name = hasJobs ? await homeId(home) : given;
  let served: Awaited<ReturnType<typeof serveQueues>> | undefined;
  return {
    work: async (handler, options) => {
      served = await serveQueues({ url: address, name, old: given === undefined }, handler, options);
      return served;
    },
    lookUp: async (id) => served?.lookUp(id),
    warnings: async () => (await served?.warnings()) ?? [],
    close: async () => served?.stop(),
    about: hasJobs ? ', for this home alone' : given === undefined ? ', for every home there' : `, queue ${given}`,
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
        return warn(`the queue is out of reach for the moment: ${errorLine(event.error)}`);
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
  // It is told again and again while it lasts.
  const health = async (): Promise<string | undefined> =>
    trouble && performance.now() - trouble.at < troubleMs ? trouble.text : undefined;
  return { registry, see, health };
}

const duration = (describe: string): Flag<number> => ({ describe, shape: 'value', read: readDuration });

export const workerCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings, else file`),
    'queue-name': text(
      `${queueNameDescription}. Default: queue.name of the settings, else that of this home; of a home without jobs: every queue there`,
    ),
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
  run: async (
    { queue: given, 'queue-name': givenName, name, concurrency, lease: leaseMs, 'stop-within': stopWithinMs, ...metrics },
    context,
  ) => {
    const places = placesOf(metrics);
    const address = (await queueAddress(given, context)) ?? 'file';
    await context.logToFiles('worker');
    const queueName = await givenQueueName(givenName, context);
    const source = await sourceOf(address, queueName, context);
    const artist = await openArtist(context);
    const counts = { done: 0, failed: 0, cancelled: 0, lost: 0 };
    const show = tell(context);
    const live = isWanted(places) ? await watchTasks() : undefined;
    let endMetrics = async (): Promise<void> => undefined;
    try {
      if (live)
        endMetrics = await startMetrics(places, { queue: address, queueName, health: live.health, further: [live.registry] }, context);
      const worker = await source.work(paintTasks(artist, source.lookUp), {
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
      for (const line of await source.warnings()) context.warn(line);
      context.note(`${worker.name} waits for works (${shownAddress(address)}${source.about})`);
      const { signal } = context;
      await new Promise<void>((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      await worker.stop(stopWithinMs);
    } finally {
      await endMetrics();
      await source.close();
      await artist.dispose();
    }
    return { json: { queue: isRedis(address) ? 'bullmq' : 'file', works: counts }, text: [] };
  },
});
