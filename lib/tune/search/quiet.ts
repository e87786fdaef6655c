import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const lookMs = 120;

function processorTimes(): { all: number; idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, idle };
}

/** Share of the processors that is in use while this process waits, 0..1: what other programs take. @throws the signal's reason */
export async function othersBusy(signal: AbortSignal): Promise<number> {
  const before = processorTimes();
  await sleep(lookMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  const after = processorTimes();
  const all = after.all - before.all;
  return all > 0 ? 1 - (after.idle - before.idle) / all : 0;
}
