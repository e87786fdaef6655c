/** All jobs of the queue in their order: loaded once, then again when an event says that the order is another. */
import { computed, signal } from '@preact/signals';
import { onEvent } from '../api/events.ts';
import { followJobs, isOpen, type Job, jobOf, onStructure, type QueueFigures, readJobs, readQueue } from '../api/jobs.ts';
import { session } from '../api/session.ts';
import { isNumber, readStored, store } from '../parts/storage.ts';

const pageSize = 200;
const soonMs = 400;

/** In the order of the server; undefined: not loaded yet. */
const ids = signal<readonly string[] | undefined>(undefined);
export const next = signal<string | null>(null);
export const figures = signal<QueueFigures | undefined>(undefined);
/** Why it could not be loaded. */
export const queueError = signal<Error | undefined>(undefined);

/** Jobs that ended before this are not shown in this browser; milliseconds since 1970. */
const clearedAt = signal(readStored('local', 'queue cleared', isNumber) ?? 0);
export function clearEnded(at: number): void {
  clearedAt.value = at;
  store('local', 'queue cleared', at);
}
export const clearedTime = (): number => clearedAt.peek();
export const isAnyCleared = computed(() => clearedAt.value > 0);

const jobs = computed<readonly Job[] | undefined>(() => ids.value?.flatMap((id) => jobOf(id).value ?? []));
export const isLoaded = computed(() => jobs.value !== undefined);
export const running = computed(() => (jobs.value ?? []).filter(({ state }) => state === 'running'));
export const waiting = computed(() => (jobs.value ?? []).filter(({ state }) => state === 'waiting' || state === 'delayed'));
export const ended = computed(() =>
  (jobs.value ?? [])
    .filter((job) => !isOpen(job) && Date.parse(job.endedAt ?? job.createdAt) > clearedAt.value)
    .sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '')),
);

export const isOwn = ({ client }: Job): boolean => client !== '' && client === session.value?.id;

let loads = 0;
export async function loadQueue(): Promise<void> {
  const load = ++loads;
  try {
    const [page, counts] = await Promise.all([readJobs({ limit: pageSize }), readQueue()]);
    if (load !== loads) return; // one that began later knows more
    ids.value = page.jobs.map(({ id }) => id);
    next.value = page.next;
    figures.value = counts;
    queueError.value = undefined;
  } catch (error) {
    queueError.value = error as Error;
  }
}

export async function loadMore(): Promise<void> {
  const page = await readJobs({ limit: pageSize, cursor: next.value ?? undefined });
  const known = new Set(ids.value);
  ids.value = [...(ids.value ?? []), ...page.jobs.map(({ id }) => id).filter((id) => !known.has(id))];
  next.value = page.next;
}

let soon: number | undefined;
function loadSoon(): void {
  if (soon !== undefined) return;
  soon = window.setTimeout(() => {
    soon = undefined;
    loadQueue();
  }, soonMs);
}

/** Follows the queue until the returned function is called. */
export function followQueue(): () => void {
  followJobs();
  loadQueue();
  const stops = [onStructure(loadSoon), onEvent('queue', loadSoon), onEvent('reset', loadSoon)];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(soon);
    soon = undefined;
  };
}
