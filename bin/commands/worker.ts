import { z } from 'zod';
import type { Artist } from '../../lib/artist/loop/index.ts';
import { lazySchema, resolveOptions } from '../../lib/core/index.ts';
import { readDuration, type TaskHandler, type WorkerEvent } from '../../lib/schedule/index.ts';
import { command } from '../command.ts';
import { openArtist } from '../create-work.ts';
import { type Flag, number, text } from '../flags.ts';
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

const duration = (describe: string): Flag<number> => ({ describe, shape: 'value', read: readDuration });

export const workerCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings, else file`),
    name: text('Shown in the tasks. Default: host and process id'),
    concurrency: number('Works at the same time, 1..64, with one model in memory. Default: 1'),
    lease: duration('A worker that is silent for this long loses its task to another. Default: 30s'),
    'stop-within': duration('When it is stopped: how long a work may take to end before it goes back into the queue. Default: 30s'),
  },
  names: new Map([
    ['name', '--name'],
    ['concurrency', '--concurrency'],
    ['leaseMs', '--lease'],
  ]),
  examples: [
    ['$0 worker', 'Paint what `ai-artist schedule start --queue file` hands over'],
    ['$0 worker --queue redis://10.0.0.5:6379', 'On each machine with a GPU; needs: npm install bullmq ioredis'],
  ],
  epilogue:
    'Until Ctrl-C or SIGTERM. A worker that is killed in the middle of a work has it done by another; each work is recorded once. Models and LoRAs must be present on every machine.',
  run: async ({ queue: given, name, concurrency, lease: leaseMs, 'stop-within': stopWithinMs }, context) => {
    const address = (await queueAddress(given, context)) ?? 'file';
    const queue = await openQueueAt(address, context.home);
    const artist = await openArtist(context);
    const counts = { done: 0, failed: 0, cancelled: 0, lost: 0 };
    const show = tell(context);
    try {
      const worker = await queue.work(painter(artist), {
        ...(name !== undefined && { name }),
        ...(concurrency !== undefined && { concurrency }),
        ...(leaseMs !== undefined && { leaseMs }),
        onEvent: (event) => {
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
      await queue.close();
      await artist.dispose();
    }
    return { json: { queue: queue.driver, works: counts }, text: [] };
  },
});
