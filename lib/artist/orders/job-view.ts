/** Jobs and runs of a schedule as JSON, for --json and for clients of a server. */
import { isArtistError } from '../../core/index.ts';
import { dueTimes, faultOf, formatTiming, type HistoryRecord, type Job } from '../../schedule/index.ts';
import { readOrder } from './order.ts';
import { type SplitPayload, splitPayload } from './publish-wish.ts';

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

/** A payload that cannot be read counts as one part. */
function partsOf(payload: Job['payload']): SplitPayload {
  try {
    return splitPayload(payload);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return { order: payload, publish: undefined };
  }
}

/** A job, independent of its stored form. */
export function jobView(job: Job): Record<string, unknown> {
  const { id, name, timing, timeZone, count, paused, jitterMs, quietHours, misfire, graceMs, attempts, backoffMs, retriesPerDay } = job;
  const { order, publish } = partsOf(job.payload);
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
    payload: orderView(order),
    publish: publish ?? null,
    rotation: job.rotation,
    rotationAt: job.rotationAt,
    running: job.running?.id ?? null,
    waiting: job.waiting.map((run) => ({ id: run.id, kind: run.kind, attempt: run.attempt, notBefore: isoOf(run.notBefore) })),
    totals: job.totals,
  };
}

/** A line of the history. */
export function recordView(record: HistoryRecord): Record<string, unknown> {
  const { dueAt, lastDueAt, startedAt, endedAt, ...rest } = record;
  return { ...rest, dueAt: isoOf(dueAt), lastDueAt: isoOf(lastDueAt), startedAt: isoOf(startedAt), endedAt: isoOf(endedAt) };
}

/** A job with what is wrong with it, and its next run, ISO; null: there is none. */
export function listedJob(job: Job, now: number): Record<string, unknown> {
  const [next] = dueTimes(job, now, 1);
  return { ...jobView(job), fault: faultOf(job) ?? null, next: isoOf(next ?? null) };
}
