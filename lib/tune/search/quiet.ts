import { setTimeout as sleep } from 'node:timers/promises';
import { processorSeconds } from '../../bench/index.ts';

const lookMs = 120;

/** Share of the processors that is in use while this process waits, 0..1: what other programs take. @throws the signal's reason */
export async function othersBusy(signal: AbortSignal): Promise<number> {
  const before = processorSeconds();
  await sleep(lookMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  const after = processorSeconds();
  const all = after.all - before.all;
  return all > 0 ? (after.used - before.used) / all : 0;
}
