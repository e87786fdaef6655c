import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Job, type JobOptions, jobOptions, newJob } from '../../lib/schedule/job.ts';
import { emptySchedule, type ScheduleState } from '../../lib/schedule/state.ts';

/** A folder for this test file, removed at the end of the process. Its name has a space and an emoji, as home folders may. */
export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist schedule 🎨-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

let homes = 0;
export function newHome(): string {
  return path.join(scratch, `home-${homes++}`);
}

export function at(iso: string): number {
  return Date.parse(iso);
}

export function iso(times: readonly number[]): string[] {
  return times.map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'));
}

/** A state with these jobs, made at `now`. */
export function stateWith(now: number, ...jobs: JobOptions[]): ScheduleState {
  const state = emptySchedule();
  for (const options of jobs) {
    state.jobs.push(jobOf(options, now, `j${state.nextJob}`));
    state.nextJob++;
  }
  return state;
}

export function jobOf(options: JobOptions, now: number, id = 'j1'): Job {
  return newJob(jobOptions.parse(options), id, now);
}

/** Waits until `check` returns a value; throws after `withinMs`. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, false | null | undefined>;
    if (performance.now() > end) throw new Error(`${what}: not seen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
