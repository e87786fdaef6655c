/** Measures one repeat of a task: its time, and what else happened meanwhile. */
import { cpus } from 'node:os';
import { countedOperations, listDevices } from '../engine/index.ts';
import type { Repeat } from './result/result.ts';
import type { Ready, Work } from './tasks/task.ts';

/** Between two looks at the memory. */
const lookMs = 20;

/** Processor seconds of the machine: all, and those that were used. */
export function processorSeconds(): { all: number; used: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all: all / 1000, used: (all - idle) / 1000 };
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Bytes of the GPUs that are in use, ours and others'. */
export function deviceBytes(): number {
  return listDevices()
    .filter(({ type }) => type === 'gpu' || type === 'igpu')
    .reduce((sum, { totalBytes, freeBytes }) => sum + totalBytes - freeBytes, 0);
}

/** Processor seconds of the machine and of this process, to tell later what others used meanwhile. */
export const processorsNow = () => ({ machine: processorSeconds(), own: ownSeconds() });

/** Share of the processors that other programs used since then, 0 to 1. @param children processor seconds of processes of ours */
export function othersSince(before: ReturnType<typeof processorsNow>, children = 0): number {
  const now = processorsNow();
  const all = now.machine.all - before.machine.all;
  const others = now.machine.used - before.machine.used - (now.own - before.own) - children;
  return all > 0 ? Math.min(1, Math.max(0, others / all)) : 0;
}

export interface Measured {
  repeat: Repeat;
  digest: string | undefined;
}

/**
 * @param takenBefore deviceBytes() before the task was loaded
 * @throws ArtistError every error of the task; the signal's reason
 */
export async function measure({ run }: Ready, signal: AbortSignal, takenBefore: number): Promise<Measured> {
  let peakBytes = process.memoryUsage.rss();
  let taken = deviceBytes();
  const countedBefore = countedOperations();
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    taken = Math.max(taken, deviceBytes());
  }, lookMs);
  const before = { ...processorsNow(), at: performance.now() };
  let work: Work;
  try {
    work = await run(signal);
  } finally {
    clearInterval(look);
  }
  const seconds = (performance.now() - before.at) / 1000;
  const operations = countedOperations() - countedBefore;
  const cpuSeconds = ownSeconds() - before.own + (work.childCpuSeconds ?? 0);
  return {
    repeat: {
      seconds,
      cpuSeconds,
      parts: { ...work.parts },
      // The clock of the system has steps of 10 ms: of a short repeat the share is rough.
      othersBusy: othersSince(before, work.childCpuSeconds),
      peakBytes,
      deviceBytes: Math.max(0, taken - takenBefore),
      ...(operations > 0 && { operations }),
    },
    digest: work.digest,
  };
}
