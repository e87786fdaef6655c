import type { HistoryRecord } from '../../../lib/schedule/index.ts';
import type { HomeFigures, HookCall } from '../../../lib/service/index.ts';
import { shownTime } from '../times.ts';

const failed = ({ state }: HookCall): boolean => state === 'failed' || state === 'lost';

/** Hooks in `status`: how often they were called, and the last that failed. */
export function hookRows({ hooks }: HomeFigures): [string, string][] {
  if (!hooks) return [];
  const last = hooks.latest.find(failed);
  return [
    ['hooks', `${hooks.called} called, ${hooks.failed} failed`],
    ...(last
      ? [
          [
            'last hook that failed',
            `${last.at === null ? '' : shownTime(Date.parse(last.at))}  ${last.hook}, ${last.type} ${last.about}: ${last.problem}`,
          ] as [string, string],
        ]
      : []),
  ];
}

/** The calls of hooks for the works of a run. */
export function hooksOfRun({ results }: HistoryRecord, calls: ReadonlyMap<string, readonly HookCall[]>): HookCall[] {
  return results.flatMap((result) => {
    const id = result !== null && typeof result === 'object' && !Array.isArray(result) ? result['id'] : undefined;
    return typeof id === 'string' ? [...(calls.get(id) ?? [])] : [];
  });
}

/** Hooks that failed, as the end of a line of the history; empty if none did. */
export const failedHooks = (calls: readonly HookCall[]): string =>
  calls
    .filter(failed)
    .map(({ hook, problem }) => `; hook ${hook}: ${problem}`)
    .join('');
