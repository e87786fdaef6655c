import { createHash } from 'node:crypto';
import { answering } from '../../core/index.ts';
import { nextRuns } from '../time/occurrences.ts';
import { localDay, offsetMinutes } from '../time/time-zone.ts';
import type { Simulation } from './simulate.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** A day on which the clocks of a zone change, and its runs. */
export interface ClockChange {
  timeZone: string;
  /** `2026-03-29` */
  day: string;
  /** Positive: forward. */
  byMinutes: number;
  /** Runs of jobs in that zone that were due on this day, and those that were done. */
  due: number;
  done: number;
}

export interface SimulationReport {
  /** Works done on each day, in the report's time zone. */
  worksPerDay: { mean: number; least: number; most: number; days: Record<string, number> };
  runs: { due: number; done: number; partial: number; failed: number; missed: number; caughtUp: number; retries: number };
  works: { done: number; due: number };
  duplicates: number;
  successRate: number | null;
  clockChanges: ClockChange[];
  /** SHA-256 of every start and every record: equal for equal simulations. */
  digest: string;
}

export interface ReportOptions {
  from: number;
  to: number;
  /** The time zone in which days are counted. */
  timeZone: string;
  /** Zone of each job of the simulation, by its id. */
  zones: ReadonlyMap<string, string>;
}

/** Changes of the offset between two times, to the minute. */
function changesOf(timeZone: string, from: number, to: number): { at: number; byMinutes: number }[] {
  const found: { at: number; byMinutes: number }[] = [];
  for (let at = from; at < to; at += dayMs) {
    let [low, high] = [at, Math.min(at + dayMs, to)];
    const [before, after] = [offsetMinutes(low, timeZone), offsetMinutes(high, timeZone)];
    if (before === after) continue;
    while (high - low > minuteMs) {
      const middle = Math.floor((low + high) / 2);
      if (offsetMinutes(middle, timeZone) === before) low = middle;
      else high = middle;
    }
    found.push({ at: high, byMinutes: after - before });
  }
  return found;
}

function clockChanges({ records }: Simulation, { from, to, zones }: ReportOptions): ClockChange[] {
  return [...new Set(zones.values())].flatMap((timeZone) =>
    changesOf(timeZone, from, to).map(({ at, byMinutes }) => {
      const day = localDay(at, timeZone);
      const theirs = records.filter(
        ({ jobId, dueAt, kind }) => kind !== 'requested' && zones.get(jobId) === timeZone && localDay(dueAt, timeZone) === day,
      );
      return {
        timeZone,
        day,
        byMinutes,
        due: theirs.reduce((sum, { count }) => sum + count, 0),
        done: theirs.filter(({ outcome }) => outcome === 'done').length,
      };
    }),
  );
}

function worksPerDay({ records }: Simulation, { from, to, timeZone }: ReportOptions): SimulationReport['worksPerDay'] {
  const days: Record<string, number> = {};
  // Noon, so that a clock change of an hour does not change the day.
  const dayTimes = nextRuns(
    { id: '', timing: { kind: 'daily', at: '12:00' }, timeZone, anchor: 0, jitterMs: 0, quietHours: null, seed: 0 },
    from - dayMs,
    Math.ceil((to - from) / dayMs) + 3,
  );
  for (const at of dayTimes) {
    const day = localDay(at, timeZone);
    if (day >= localDay(from, timeZone) && day <= localDay(to - 1, timeZone)) days[day] = 0;
  }
  for (const { endedAt, works } of records) {
    const day = localDay(Math.min(endedAt, to - 1), timeZone);
    days[day] = (days[day] ?? 0) + works.done;
  }
  const counts = Object.values(days);
  const sum = counts.reduce((total, count) => total + count, 0);
  return { mean: sum / Math.max(1, counts.length), least: Math.min(...counts), most: Math.max(...counts), days };
}

/** Summarises a simulation for an operator. */
export const reportSimulation = answering('reportSimulation', (simulation: Simulation, options: ReportOptions): SimulationReport => {
  const { jobs, records, starts, duplicates, successRate } = simulation;
  const sum = (value: (job: Simulation['jobs'][number]) => number): number => jobs.reduce((total, job) => total + value(job), 0);
  return {
    worksPerDay: worksPerDay(simulation, options),
    runs: {
      due: sum(({ due }) => due),
      done: sum(({ outcomes }) => outcomes.done),
      partial: sum(({ outcomes }) => outcomes.partial),
      failed: sum(({ outcomes }) => outcomes.failed),
      missed: sum(({ outcomes }) => outcomes.missed),
      caughtUp: sum(({ caughtUp }) => caughtUp),
      retries: sum(({ retries }) => retries),
    },
    works: { done: sum(({ works }) => works.done), due: sum(({ works }) => works.due) },
    duplicates,
    successRate,
    clockChanges: clockChanges(simulation, options),
    digest: createHash('sha256')
      .update(JSON.stringify([starts, records]))
      .digest('hex'),
  };
});
