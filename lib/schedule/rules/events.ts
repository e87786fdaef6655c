import type { Job, Occurrence } from '../job.ts';
import type { HistoryRecord } from '../state.ts';

/** A change of the schedule's state, for the log and the metrics. */
export type ScheduleEvent =
  | { type: 'due'; job: Job; occurrence: Occurrence }
  | { type: 'missed'; job: Job; record: HistoryRecord }
  | { type: 'clock-back'; job: Job; byMs: number }
  | { type: 'retry'; job: Job; occurrence: Occurrence; delayMs: number; code: string | null }
  | { type: 'ended'; job: Job | undefined; record: HistoryRecord };
