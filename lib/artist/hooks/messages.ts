/** What hooks are told: works that were filed, works that failed, periods that begin or end. */
import { isArtistError, redact } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { HookMessage } from '../../hooks/index.ts';
import type { Period } from '../periods/period.ts';
import { periodView } from '../periods/period-view.ts';

/** A work that was filed, with all that `gallery show --json` says of it. */
export const workFiled = (work: Artwork): HookMessage => ({
  ...{ event: 'work', type: 'work.filed', about: work.id, data: work, file: work.path },
});

/** What was asked of a work that failed. */
export interface FailedWork {
  task?: string | undefined;
  prompt?: string | undefined;
  subject?: string | undefined;
  topic?: string | undefined;
  model?: string | undefined;
  series?: { id: string; index: number } | undefined;
}

const asked = ['task', 'prompt', 'subject', 'topic', 'model', 'series'] as const;

export function workFailed(error: unknown, work: FailedWork, about: string): HookMessage {
  const message = redact(error instanceof Error ? error.message : String(error));
  const wishes = Object.fromEntries(asked.map((name) => [name, work[name] ?? null]));
  return {
    event: 'failure',
    type: 'work.failed',
    about,
    data: { code: isArtistError(error) ? error.code : 'ERR_INTERNAL', message, ...wishes },
  };
}

/** Nobody needs to hear of it: the caller cancelled, or mistyped an option or an id, which it is told. */
export function isNoFailure(error: unknown, { task }: FailedWork, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) return true;
  if (error instanceof Error && error.name === 'AbortError') return true;
  if (isArtistError(error, 'ERR_ABORTED') || isArtistError(error, 'ERR_DISPOSED')) return true;
  return task === undefined && (isArtistError(error, 'ERR_INVALID_ARGUMENT') || isArtistError(error, 'ERR_NOT_FOUND'));
}

export const periodChanged = (period: Period, change: 'started' | 'ended'): HookMessage => ({
  event: 'period',
  type: `period.${change}`,
  about: period.id,
  data: { ...periodView(period), retrospective: period.retrospective ?? null },
});
