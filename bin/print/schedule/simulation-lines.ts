import { counted } from '../../../lib/core/index.ts';
import type { SimulationReport } from '../../../lib/schedule/index.ts';
import { alignColumns } from '../ledger-table.ts';
import { percent } from './job-view.ts';

export function simulationLines(report: SimulationReport, days: number): string[] {
  const { worksPerDay, runs, works, duplicates, successRate, clockChanges, digest } = report;
  const missed = runs.missed === 0 ? 'none missed' : `${runs.missed} missed`;
  const rows: [string, string][] = [
    ['days', `${days}`],
    ['works', `${works.done} of ${works.due}; ${worksPerDay.mean.toFixed(2)} a day, ${worksPerDay.least} to ${worksPerDay.most}`],
    [
      'runs',
      `${runs.due} due: ${runs.done} done, ${runs.partial} in part, ${runs.failed} failed, ${missed}; ${runs.caughtUp} caught up, ${counted(runs.retries, 'retry', 'retries')}`,
    ],
    ['success rate', percent(successRate)],
    ['done twice', String(duplicates)],
    ...clockChanges.map(({ timeZone, day, byMinutes, due, done }): [string, string] => [
      'clocks change',
      `${day} ${timeZone}, ${Math.abs(byMinutes)} min ${byMinutes > 0 ? 'forward' : 'back'}: ${done} of ${due} runs done`,
    ]),
    ['digest', digest],
  ];
  return alignColumns(rows);
}
