/** Reading the state of one run. */
import type { Job, Occurrence, Run, RunItem } from '../job.ts';
import { toleranceMs } from './limits.ts';

/** The last item of each work. */
export function lastItems(run: Occurrence): Map<number, RunItem> {
  return new Map(run.items.map((item) => [item.index, item]));
}

/** How many works a run has. */
export function worksOf(job: Job, run: Occurrence): number {
  return run.began?.count ?? job.count;
}

export function openIndexes(job: Job, run: Occurrence): number[] {
  const items = lastItems(run);
  return Array.from({ length: worksOf(job, run) }, (_, index) => index).filter((index) => items.get(index)?.outcome !== 'done');
}

/** The element of the rotation that belongs to a work of the run; undefined: the job has no rotation. */
export function rotationOf(job: Job, run: Run, index: number): Job['payload'] | undefined {
  const rotation = run.began?.rotation ?? job.rotation;
  return rotation.length === 0 ? undefined : rotation[((run.rotationFrom ?? 0) + index) % rotation.length];
}

export function withoutStart({ startedAt: _, ...occurrence }: Run): Occurrence {
  return occurrence;
}

export function lastFailure(run: Occurrence): RunItem | undefined {
  return run.items.findLast((item) => item.outcome === 'failed');
}

/**
 * Duration of a run. Measured by the wall clock, which counts parallel works once. If the wall clock was set during the run, the sum of the works'
 * durations is used instead: these come from the monotonic clock.
 */
export function secondsOf(run: Run, now: number): number {
  const wall = (now - run.startedAt) / 1000;
  const sum = [...lastItems(run).values()].reduce((total, item) => total + item.seconds, 0);
  return wall < 0 || wall > sum + toleranceMs / 1000 ? sum : wall;
}
