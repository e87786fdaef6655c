import { counted } from '../../../lib/core/index.ts';
import { formatMoment, type HistoryRecord, type ScheduleFigures } from '../../../lib/schedule/index.ts';
import { decimal } from '../../texts/texts.ts';

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
    ...warningsOf(record),
  ].filter((part) => part !== '');
  return [formatMoment(record.dueAt, timeZone), jobId, outcome, how.join('; ')];
}

/** Why works of a run were not published, as publishAfter() records it. */
function warningsOf({ results }: HistoryRecord): string[] {
  return results.flatMap((result) => {
    const warnings = result !== null && typeof result === 'object' && !Array.isArray(result) ? result['warnings'] : undefined;
    return Array.isArray(warnings) ? warnings.filter((line) => typeof line === 'string') : [];
  });
}

/** 0.9667 -> "96.7 %"; "-" if there is no rate. */
export function percent(rate: number | null): string {
  return rate === null ? '-' : `${decimal(rate * 100, 1)} %`;
}

export function figuresLine({ days, successRate, works }: ScheduleFigures): string {
  if (successRate === null) return `last ${days} days: no run was due`;
  return `last ${days} days: success rate ${percent(successRate)}, ${works.done} of ${counted(works.due, 'work')}`;
}
