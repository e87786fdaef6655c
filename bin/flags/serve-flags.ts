import { readDuration } from '../../lib/schedule/index.ts';
import { type Flag, list, number, text, toggle } from './flags.ts';
import { queueDescription, queueNameDescription } from './schedule/queue-address.ts';

const drain: Flag<number> = {
  describe: 'When stopped: how long running requests and the current work may take to finish. Default: server.drainSeconds of the settings',
  shape: 'value',
  read: readDuration,
};

/** What `serve` takes. Each overrides the setting of its name in the section `server`. */
export const serveFlags = {
  host: text('Address to listen on. Default: 127.0.0.1, this machine only; others need a token'),
  port: number('Port to listen on; 0: any free one. Default: 7860'),
  socket: text('Unix socket to listen on in place of a port, relative to the home folder'),
  'base-path': text('Path under which a proxy serves it, such as /art'),
  'public-url': text('Address by which clients reach it through a proxy'),
  'trusted-proxy': list('Address or network of a proxy whose X-Forwarded headers are believed, or unix', undefined, (value) => value),
  cors: list('Origin whose web pages may call it', undefined, (value) => value),
  worker: toggle('Paint what is in the queue. Default: yes; --no-worker: leave that to `ai-artist worker`'),
  schedule: toggle('Also run the schedule of this home; its works go through the same queue'),
  queue: text(`${queueDescription}. Default: queue.url of the settings, else file`),
  'queue-name': text(`${queueNameDescription}. Default: queue.name of the settings, else this home's`),
  'stop-within': drain,
  open: toggle('Open it in the browser'),
  openapi: toggle('Print the OpenAPI document of its routes and exit'),
} as const;

/** The flag of each option of startServer() that has another name. */
export const serveNames: ReadonlyMap<string, string> = new Map([
  ['trustedProxies', '--trusted-proxy'],
  ['paint', '--no-worker'],
  ['drainSeconds', '--stop-within'],
]);
