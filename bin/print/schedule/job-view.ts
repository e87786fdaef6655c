import { readOrder } from '../../../lib/artist/index.ts';
import { counted, isArtistError } from '../../../lib/core/index.ts';
import { formatMoment, formatTiming, type HistoryRecord, type Job, type ScheduleFigures } from '../../../lib/schedule/index.ts';

const isoOf = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** The order with the names of this version. Another payload, such as that of another program, stays unchanged. */
function orderView(payload: Job['payload']): unknown {
  try {
    return readOrder(payload);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return payload;
  }
}

/** A job for --json, independent of its stored form. */
export function jobView(job: Job): Record<string, unknown> {
  const { id, name, timing, timeZone, count, paused, jitterMs, quietHours, misfire, graceMs, attempts, backoffMs, retriesPerDay } = job;
  return {
    id,
    name,
    when: formatTiming(timing),
    timeZone,
    count,
    paused,
    createdAt: isoOf(job.createdAt),
    jitterSeconds: jitterMs / 1000,
    quietHours,
    misfire,
    graceSeconds: graceMs / 1000,
    attempts,
    backoffSeconds: backoffMs / 1000,
    retriesPerDay,
    payload: orderView(job.payload),
    rotation: job.rotation,
    rotationAt: job.rotationAt,
    running: job.running?.id ?? null,
    waiting: job.waiting.map((run) => ({ id: run.id, kind: run.kind, attempt: run.attempt, notBefore: isoOf(run.notBefore) })),
    totals: job.totals,
  };
}

/** A line of the history for --json. */
export function recordView(record: HistoryRecord): Record<string, unknown> {
  const { dueAt, lastDueAt, startedAt, endedAt, ...rest } = record;
  return { ...rest, dueAt: isoOf(dueAt), lastDueAt: isoOf(lastDueAt), startedAt: isoOf(startedAt), endedAt: isoOf(endedAt) };
}

/** Cells of a line of the history for people. */
export function recordCells(record: HistoryRecord, timeZone: string): string[] {
  const { jobId, outcome, kind, works, seconds, attempts, code, message, count } = record;
  const failure = [code, message].filter((part) => part !== null).join(': ');
  const how = [
    count > 1 ? `${count} runs until ${formatMoment(record.lastDueAt, timeZone)}` : '',
    kind === 'scheduled' ? '' : kind,
    outcome === 'missed' ? '' : `${works.done} of ${counted(works.due, 'work')}, ${Math.round(seconds)} s`,
    attempts > 1 ? `${attempts} tries` : '',
    failure,
  ].filter((part) => part !== '');
  return [formatMoment(record.dueAt, timeZone), jobId, outcome, how.join('; ')];
}

/** 0.9667 -> "96.7 %"; "-" if there is no rate. */
export function percent(rate: number | null): string {
  return rate === null ? '-' : `${(rate * 100).toFixed(1)} %`;
}

export function figuresLine({ days, successRate, works }: ScheduleFigures): string {
  if (successRate === null) return `last ${days} days: no run was due`;
  return `last ${days} days: success rate ${percent(successRate)}, ${works.done} of ${counted(works.due, 'work')}`;
}
