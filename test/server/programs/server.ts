/**
 * A server in a process of its own: `server.ts HOME PAINT`. It sends its address once it listens, then does what messages ask; see Order. Without
 * a token it answers whoever reads, and no rate limit is set.
 */
import { getHeapStatistics } from 'node:v8';
import { startServer } from '../../../lib/server/index.ts';
import { killBeforeStep } from './kill-before-step.ts';

export type Order =
  /** Blocks the event loop, milliseconds of computing. */
  | { order: 'block'; ms: number }
  /** Answers with the memory of the process, bytes, after a collection of garbage. */
  | { order: 'memory' }
  /** Kills the process before the given write of a file (1: the first) that begins after now. Answers once it is armed. */
  | { order: 'kill'; beforeStep: number };

export interface Memory {
  heap: number;
  /** All that the process has in memory, its threads and the engine included. */
  resident: number;
}

const [home = '', paint = ''] = process.argv.slice(2);

/** Of computing: what other programs take of the processors meanwhile does not count. */
function block(ms: number): void {
  const began = process.cpuUsage();
  for (let used = 0; used < ms * 1000; ) {
    const { user, system } = process.cpuUsage(began);
    used = user + system;
  }
}

function memory(): Memory {
  globalThis.gc?.();
  const { external } = process.memoryUsage();
  return { heap: getHeapStatistics().used_heap_size + external, resident: process.memoryUsage.rss() };
}

process.on('message', (asked: Order) => {
  if (asked.order === 'block') block(asked.ms);
  else if (asked.order === 'kill') void killBeforeStep(asked.beforeStep).then(() => process.send?.('armed'));
  else process.send?.(memory());
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // the test has ended

const server = await startServer({ home, port: 0, paint: paint === 'paint', readsPerMinute: 0, changesPerMinute: 0, drainSeconds: 0 });
process.send?.({ url: server.url });
