/** A worker that a test can kill or stop: `worker.ts LOG LEASE-MS QUEUE-OPTIONS [hang]`. Logs the start and the end of each task;
 * with `hang`, it settles the result, logs that, and never ends the task. */
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
