/** Whether a machine can do a task in the memory that it has and in a time that somebody waits. */
import { totalmem } from 'node:os';
import { listDevices } from '../engine/index.ts';
import { productPeakOf } from './peak.ts';
import type { Probe } from './result/result.ts';
import type { EngineOptions, Needs } from './tasks/task.ts';
import { gigabytes } from './weights/random-file.ts';

/** Longest time of a task with true sizes, seconds; with `quick`, of all such tasks together. */
export const limitSeconds = { usual: 900, quick: 60 } as const;

/** What models reach of the fastest product (convolutions may be faster), rather less than more, and how fast weights are written and read. */
const reached = 0.4;
const bytesPerSecond = 5e8;
/** Left to the system and to other programs. */
const reserveBytes = 1.5e9;

/** Memory that weights and buffers can take: of the GPU that computes, else of the machine or of the container it is. */
export function usableMemory({ backend }: EngineOptions): number {
  const devices = listDevices();
  const gpu = devices.find(({ name, type }) =>
    backend === undefined ? type === 'gpu' || type === 'igpu' : name === backend && type !== 'cpu',
  );
  if (gpu !== undefined && gpu.totalBytes > 0) return gpu.totalBytes;
  const limit = process.constrainedMemory();
  return Math.min(totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY) - reserveBytes;
}

/** Seconds to write, load and repeat a task. @param runs repeats and the one that warms up */
export const estimatedSeconds = (needs: Needs, probe: Probe | undefined, runs: number, missing: number): number =>
  (needs.operations * runs) / (productPeakOf(probe) * 1e12 * reached) + (needs.weightBytes() + missing) / bytesPerSecond;

export interface Room {
  readonly memoryBytes: number;
  readonly seconds: number;
  readonly probe: Probe | undefined;
}

const lasting = (seconds: number): string => (seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

/** Why a task is left out; undefined: there is room for it. @param seconds estimated */
export function lackOf(needs: Needs, seconds: number, room: Room): string | undefined {
  const memory = needs.memoryBytes();
  if (memory > room.memoryBytes)
    return `it needs about ${gigabytes(memory)} of memory, and ${gigabytes(Math.max(0, room.memoryBytes))} can be used here`;
  if (productPeakOf(room.probe) === 0) return 'how long it takes here is not known, because products could not be measured';
  if (seconds > room.seconds) {
    const work = `${(needs.operations / 1e12).toFixed(1)} TFLOP a repeat on ${productPeakOf(room.probe).toFixed(2)} TFLOP/s`;
    return `it would take about ${lasting(seconds)} here (${work}), and ${lasting(Math.max(0, room.seconds))} are left for it`;
  }
  return undefined;
}
