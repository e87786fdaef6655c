/** Jobs of this browser's token: those that wait or run, and the last ones that ended. */
import { computed, effect, signal } from '@preact/signals';
import { onEvent } from '../../api/events.ts';
import { followJobs, isOpen, type Job, jobOf, onStructure, readJobs, readPreview } from '../../api/jobs.ts';
import { mayPaint, session } from '../../api/session.ts';
import { tellError } from '../../parts/notices.tsx';

const most = 24;
/** Newest first; undefined: not loaded yet. */
export const ownIds = signal<readonly string[] | undefined>(undefined);
export const ownJobs = computed<readonly Job[]>(() => (ownIds.value ?? []).flatMap((id) => jobOf(id).value ?? []));
/** The one that is painted, else the one that is next. */
export const ownRunning = computed(() => ownJobs.value.find(({ state }) => state === 'running'));
export const ownOpen = computed(() => ownJobs.value.filter(isOpen));

const isMine = ({ client }: Job): boolean => client !== '' && client === session.peek()?.id;

export function keepOwn(job: Job): void {
  const known = ownIds.value ?? [];
  if (!known.includes(job.id)) ownIds.value = [job.id, ...known].slice(0, Math.max(most, known.length));
}

export async function readOwn(): Promise<void> {
  const { jobs } = await readJobs({ mine: true, limit: most });
  const [open, ended] = [jobs.filter(isOpen), jobs.filter((job) => !isOpen(job))];
  open.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  ownIds.value = [...open, ...ended].map(({ id }) => id);
  for (const { id, state } of open) if (state === 'running') readPreview(id).catch(tellError);
}

let isFollowing = false;
/** Loads them, and follows them from now on, also when another page is shown. */
export function followOwn(): void {
  followJobs();
  if (isFollowing) return;
  isFollowing = true;
  onStructure((job) => {
    if (isMine(job)) keepOwn(job);
  });
  onEvent('reset', () => {
    if (mayPaint.peek()) readOwn().catch(tellError);
  });
  effect(() => {
    session.value?.id;
    if (mayPaint.value) readOwn().catch(tellError);
  });
}
