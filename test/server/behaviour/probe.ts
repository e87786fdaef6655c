/** Asks a server again and again from a thread of its own, whose event loop nothing else disturbs, and measures how long it waits. */
import { Worker } from 'node:worker_threads';
import type { ServerProcess } from '../programs/start.ts';

/**
 * Longest waits, milliseconds, without the time in which the server's main thread or this one could have run but other threads had the processors. What
 * blocks the event loop counts in full, whether it computes or waits for a disk. Linux tells that time; elsewhere all of it counts.
 */
export interface Waits {
  health: number;
  /** Until the first event of a new stream of server-sent events. */
  event: number;
  /** How often both were asked. */
  count: number;
}

/** Plain JavaScript, because threads do not inherit the compiler of the tests. */
const program = `
  const { Agent, get } = require('node:http');
  const { readFileSync } = require('node:fs');
  const { parentPort, workerData: { url, pid } } = require('node:worker_threads');
  const delayOf = (file) => {
    try {
      return Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  };
  const delays = () => delayOf('/proc/' + pid + '/task/' + pid + '/schedstat') + delayOf('/proc/thread-self/schedstat');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const waits = { health: 0, event: 0, count: 0 };
  let stopped = false;
  const ask = (path, options, isEnough) => new Promise((resolve, reject) => {
    const [before, began] = [delays(), performance.now()];
    const done = () => resolve(performance.now() - began - (delays() - before));
    const outgoing = get(url + path, options, (response) => {
      if (response.statusCode !== 200) reject(new Error(path + ': ' + response.statusCode));
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
        if (!isEnough || !isEnough(text)) return;
        done();
        outgoing.destroy();
      });
      response.on('end', done).on('error', () => undefined);
    });
    outgoing.on('error', reject);
  });
  async function run() {
    await ask('/healthz', { agent });
    await ask('/api/v1/events', { agent: false }, (text) => text.includes('event: ready'));
    parentPort.postMessage('ready');
    while (!stopped) {
      waits.health = Math.max(waits.health, await ask('/healthz', { agent }));
      waits.event = Math.max(waits.event, await ask('/api/v1/events', { agent: false }, (text) => text.includes('event: ready')));
      waits.count++;
      await new Promise((wake) => setTimeout(wake, 10));
    }
    parentPort.postMessage(waits);
    parentPort.close();
    agent.destroy();
  }
  parentPort.once('message', () => { stopped = true; });
  run();`;

/** The longest waits while `work` runs. */
export async function waitsDuring({ url, child: { pid } }: ServerProcess, work: () => Promise<void>): Promise<Waits> {
  const worker = new Worker(program, { eval: true, workerData: { url, pid } });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  const next = <T>(): Promise<T> => Promise.race([failed, new Promise<T>((resolve) => worker.once('message', resolve))]);
  await next();
  const result = next<Waits>();
  try {
    await Promise.race([failed, work()]);
  } finally {
    worker.postMessage('stop');
  }
  return result;
}

/**
 * The longest waits of the calmest of a few rounds. Other programs delay an answer in one round or the other; what blocks the event loop in `work`
 * does so in each. Ends with the first round below `enough`.
 */
export async function calmestWaits(
  server: ServerProcess,
  work: (round: number) => Promise<void>,
  { rounds, enough }: { rounds: number; enough: number },
): Promise<Waits> {
  let best: Waits | undefined;
  for (let round = 0; round < rounds; round++) {
    const waits = await waitsDuring(server, () => work(round));
    if (!best || worst(waits) < worst(best)) best = waits;
    if (worst(best) < enough) break;
  }
  if (!best) throw new Error(`rounds: expected at least 1, got ${rounds}`);
  return best;
}

export const worst = ({ health, event }: Waits): number => Math.max(health, event);
