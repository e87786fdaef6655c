/** A worker that a test can kill or stop: `worker.ts LOG LEASE-MS QUEUE-OPTIONS [hang]`. Writes to LOG when a task begins and when it ends;
 * with `hang` when it has put down what the task gives, and never ends it. */
import { appendFileSync } from 'node:fs';
import { openQueue, type QueueOptions } from '../../../lib/schedule/index.ts';

const [log = '', lease = '', options = '', hang] = process.argv.slice(2);
const queue = await openQueue(JSON.parse(options) as QueueOptions);
await queue.work(
  async ({ id, settle }) => {
    appendFileSync(log, `begin ${id} ${process.pid}\n`);
    if (hang !== undefined) {
      await settle({ by: 'first' });
      appendFileSync(log, `filed ${id}\n`);
      return new Promise(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    appendFileSync(log, `end ${id} ${process.pid}\n`);
    return process.pid;
  },
  {
    leaseMs: Number(lease),
    name: String(process.pid),
    onEvent: (event) => event.type === 'lost' && appendFileSync(log, `lost ${event.id}\n`),
  },
);
process.send?.('ready');
