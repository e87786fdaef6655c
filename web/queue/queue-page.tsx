import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Job, jobOf, pauseQueue, readJob } from '../api/jobs.ts';
import { isAdmin } from '../api/session.ts';
import { place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { ordinal } from '../studio/painting/progress.tsx';
import { t } from '../texts/text.ts';
import { EditDialog } from './edit-dialog.tsx';
import { JobRow } from './job-row.tsx';
import {
  clearEnded,
  clearedTime,
  ended,
  figures,
  followQueue,
  isAnyCleared,
  isLoaded,
  isOwn,
  loadMore,
  loadQueue,
  next,
  queueError,
  running,
  waiting,
} from './queue-list.ts';
import { WaitingList } from './waiting-list.tsx';

/** What is painted, what waits in which order, and what has ended. */
export function QueuePage() {
  useEffect(followQueue, []);
  const edited = useSignal<Job | undefined>(undefined);
  const edit = (job: Job): void => {
    edited.value = job;
  };
  if (queueError.value)
    return (
      <div role="alert" class="flex flex-col items-start gap-3 p-6">
        <p>{queueError.value.message}</p>
        <Button onClick={loadQueue}>{t('common.retry')}</Button>
      </div>
    );
  return (
    <div class="mx-auto flex max-w-4xl flex-col gap-6 p-4">
      <header class="flex flex-wrap items-center gap-3">
        <h1 class="text-2xl font-semibold">{t('nav.queue')}</h1>
        <Summary />
        <span class="flex-1" />
        <PauseButton />
      </header>
      <Pause />
      <Named />
      {!isLoaded.value && <p class="text-muted">{t('common.loading')}</p>}
      {isLoaded.value && (
        <>
          <Section title={t('queue.state.running')} jobs={running.value} empty={t('queue.idle')} />
          <WaitingList jobs={waiting.value} onEdit={edit} />
          <Ended />
        </>
      )}
      {edited.value && (
        <EditDialog
          key={edited.value.id}
          job={edited.value}
          onClose={() => {
            edited.value = undefined;
          }}
        />
      )}
    </div>
  );
}

function Summary() {
  const own = figures.value?.own;
  const before = own?.ahead ?? null;
  return (
    <p class="text-sm text-muted" role="status">
      {figures.value && t('queue.counts', { running: figures.value.running, waiting: figures.value.waiting + figures.value.delayed })}
      {before !== null &&
        own &&
        own.open > 0 &&
        ` ${before === 0 ? t('queue.yoursNow') : t('queue.yours', { place: ordinal(before + 1) })}`}
    </p>
  );
}

function PauseButton() {
  const now = figures.value;
  if (!isAdmin.value || !now) return null;
  const toggle = (): void => {
    pauseQueue(!now.paused).then((after) => {
      figures.value = after;
    }, tellError);
  };
  return <Button onClick={toggle}>{t(now.paused ? 'queue.resume' : 'queue.pause')}</Button>;
}

/** Why nothing is begun. */
function Pause() {
  const now = figures.value;
  if (!now?.paused) return null;
  return (
    <p role="status" class="rounded-md border border-accent p-3 text-sm" dir="auto">
      {now.training === null ? t('queue.paused') : t('queue.pausedFor', { run: now.training })}
      {!isAdmin.value && ` ${t('queue.pausedAdmin')}`}
    </p>
  );
}

/** The job that the address names, which may not be among the first. */
function Named() {
  const { job: id } = place.value.query;
  useEffect(() => {
    if (id !== undefined) readJob(id).catch(tellError);
  }, [id]);
  if (id === undefined) return null;
  const job = jobOf(id).value;
  if (job === null) return <p role="alert">{t('queue.unknown')}</p>;
  if (!job) return null;
  return <Section title={t('queue.named')} jobs={[job]} empty="" />;
}

function Section({ title, jobs, empty }: { title: string; jobs: readonly Job[]; empty: string }) {
  return (
    <section class="flex flex-col gap-2">
      <h2 class="font-semibold">{title}</h2>
      {jobs.length === 0 && <p class="text-sm text-muted">{empty}</p>}
      <ul class="flex flex-col gap-2">
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} isOwn={isOwn(job)} />
        ))}
      </ul>
    </section>
  );
}

function Ended() {
  const list = ended.value;
  const clear = (): void => {
    const before = clearedTime();
    // By the clock of the server, not of this browser.
    clearEnded(Date.parse(list[0]?.endedAt ?? ''));
    tell(t('queue.cleared'), { action: { label: t('common.undo'), run: () => clearEnded(before) } });
  };
  return (
    <section class="flex flex-col gap-2">
      <div class="flex flex-wrap items-center gap-2">
        <h2 class="flex-1 font-semibold">{t('queue.ended')}</h2>
        {isAnyCleared.value && <Button onClick={() => clearEnded(0)}>{t('queue.showCleared')}</Button>}
        {list.length > 0 && <Button onClick={clear}>{t('queue.clear')}</Button>}
      </div>
      {list.length === 0 && <p class="text-sm text-muted">{t('queue.noneEnded')}</p>}
      <ul class="flex flex-col gap-2">
        {list.map((job) => (
          <JobRow key={job.id} job={job} isOwn={isOwn(job)} />
        ))}
      </ul>
      {next.value !== null && (
        <div>
          <Button onClick={() => loadMore().catch(tellError)}>{t('queue.more')}</Button>
        </div>
      )}
    </section>
  );
}
