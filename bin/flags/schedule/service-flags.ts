import { readDuration } from '../../../lib/schedule/index.ts';
import { type Flag, number, text } from '../flags.ts';
import { metricsFlags } from '../metrics-flags.ts';
import { queueDescription, queueNameDescription } from './queue-address.ts';

const duration = (describe: string): Flag<number> => ({ describe, shape: 'value', read: readDuration });

export const workerFlags = {
  queue: text(`${queueDescription}. Default: queue.url of the settings, else file`),
  'queue-name': text(
    `${queueNameDescription}. Default: queue.name of the settings, else this home's; in a home without jobs, all queues in that Redis`,
  ),
  name: text('Name shown in the tasks. Default: host and process id'),
  concurrency: number('Works at the same time, 1..64, with one model in memory. Default: 1'),
  lease: duration('A worker that is silent for this long loses its task to another. Default: 30s'),
  'stop-within': duration('When stopped: how long the current work may take to finish before it returns to the queue. Default: 30s'),
  ...metricsFlags,
} as const;

export const workerNames: ReadonlyMap<string, string> = new Map([
  ['name', '--name'],
  ['concurrency', '--concurrency'],
  ['leaseMs', '--lease'],
  ['metricsPort', '--metrics-port'],
]);

const stopWithin: Flag<number> = {
  describe: 'When stopped: how long the current work may take to finish before it is aborted, to be painted again later. Default: 30s',
  shape: 'value',
  read: readDuration,
};

/** What `schedule start` takes. */
export const startFlags = {
  queue: text(`${queueDescription}. Default: queue.url of the settings, else paint in this process`),
  'queue-name': text(`${queueNameDescription}. Default: queue.name of the settings, else one for this home alone`),
  'works-at-once': number('Works of a run in the queue at the same time, 1..64; needs --queue. Default: 1'),
  'stop-within': stopWithin,
  ...metricsFlags,
} as const;
