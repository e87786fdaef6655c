import { useSignal } from '@preact/signals';
import type { HTMLAttributes } from 'preact';
import { type Job, moveJob } from '../api/jobs.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { JobRow, mayChange } from './job-row.tsx';
import { isOwn, loadQueue } from './queue-list.ts';

/** Puts a job before another; null: behind all. */
const put = (id: string, before: string | null): void => {
  moveJob(id, before).then(loadQueue, tellError);
};

interface Dragging {
  handlers(job: Job): HTMLAttributes<HTMLLIElement>;
  lookOf(job: Job): string;
}

/** Dragging is an extra: the buttons do the same. */
function useDragging(): Dragging {
  const dragged = useSignal<string | undefined>(undefined);
  const over = useSignal<string | undefined>(undefined);
  const end = (): void => {
    dragged.value = undefined;
    over.value = undefined;
  };
  return {
    handlers: ({ id }) => ({
      draggable: true,
      onDragStart: () => {
        dragged.value = id;
      },
      onDragOver: (event) => {
        if (dragged.value === undefined) return;
        event.preventDefault();
        over.value = id;
      },
      onDragEnd: end,
      onDrop: (event) => {
        event.preventDefault();
        if (dragged.value !== undefined && dragged.value !== id) put(dragged.value, id);
        end();
      },
    }),
    lookOf: ({ id }) => (dragged.value === id ? 'opacity-50' : over.value === id ? 'outline-2 outline-accent' : ''),
  };
}

/** Jobs in the order in which they will be painted. */
export function WaitingList({ jobs, onEdit }: { jobs: readonly Job[]; onEdit: (job: Job) => void }) {
  const { handlers, lookOf } = useDragging();
  /** @param at place after the move, among the others */
  const move = (id: string, at: number): void => put(id, jobs.filter((job) => job.id !== id && job.state === 'waiting')[at]?.id ?? null);
  return (
    <section class="flex flex-col gap-2">
      <h2 class="font-semibold">
        {t('queue.state.waiting')} <span class="font-normal text-muted">{jobs.length > 0 && jobs.length}</span>
      </h2>
      {jobs.length === 0 && <p class="text-sm text-muted">{t('queue.noneWaiting')}</p>}
      <ol class="flex flex-col gap-2">
        {jobs.map((job, at) => {
          const isMovable = mayChange(isOwn(job)) && job.state === 'waiting';
          const isEditable = isMovable && job.request !== null && job.client !== 'schedule';
          return (
            <JobRow key={job.id} job={job} isOwn={isOwn(job)} drag={isMovable ? handlers(job) : undefined} look={lookOf(job)}>
              {isMovable && <MoveButtons at={at} count={jobs.length} onMove={(to) => move(job.id, to)} />}
              {isEditable && <Button onClick={() => onEdit(job)}>{t('queue.edit')}</Button>}
            </JobRow>
          );
        })}
      </ol>
    </section>
  );
}

function MoveButtons({ at, count, onMove }: { at: number; count: number; onMove: (to: number) => void }) {
  return (
    <>
      {at > 0 && <IconButton icon="first" label={t('queue.first')} onClick={() => onMove(0)} />}
      {at > 0 && <IconButton icon="up" label={t('queue.earlier')} onClick={() => onMove(at - 1)} />}
      {at < count - 1 && <IconButton icon="down" label={t('queue.later')} onClick={() => onMove(at + 1)} />}
    </>
  );
}
