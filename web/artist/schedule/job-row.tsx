import { addJob, removeJob, runJob, type ScheduledJob, setPaused } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { hrefOf, setQuery } from '../../navigate/router.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t, timeText } from '../../texts/text.ts';

/** A job of the schedule, and what can be done with it. */
export function JobRow({ job, onChanged }: { job: ScheduledJob; onChanged: () => void }) {
  const { id, name, when, count, paused, fault, next, running, rotation, payload } = job;
  const act = (action: Promise<unknown>, said: string): void => {
    action.then(() => {
      tell(said);
      onChanged();
    }, tellError);
  };
  const what = rotation.length > 0 ? rotation.join(' · ') : payload.prompt;
  return (
    <li class="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-raised p-3">
      <div class="min-w-0 flex-1 basis-60">
        <p class="font-medium break-words" dir="auto">
          {name}
          {paused && <span class="ml-2 rounded bg-sunken px-1.5 text-xs font-normal text-muted">{t('artist.paused')}</span>}
        </p>
        <p class="text-sm text-muted">
          {name !== when && `${when} · `}
          {t('works.count', { n: count })}
          {what !== undefined && (
            <span class="block truncate" dir="auto">
              {what}
            </span>
          )}
        </p>
        <p class="text-sm">
          {running !== null
            ? t('artist.isRunning')
            : paused
              ? ''
              : next === null
                ? t('artist.noNextRun')
                : t('artist.nextRun', { time: timeText(next) })}
        </p>
        {fault !== null && (
          <p role="alert" class="text-sm text-bad" dir="auto">
            {fault}
          </p>
        )}
      </div>
      <div class="flex flex-wrap items-center gap-1">
        <a class="inline-flex min-h-9 items-center px-2 text-sm text-accent underline" href={hrefOf('artist/history', { job: id })}>
          {t('artist.ran')}
          <span class="sr-only"> {name}</span>
        </a>
        {isAdmin.value && (
          <>
            <Button onClick={() => act(runJob(id), t('artist.runAsked', { name }))}>
              {t('artist.runNow')}
              <span class="sr-only"> {name}</span>
            </Button>
            <Button onClick={() => act(setPaused(id, !paused), t(paused ? 'artist.resumed' : 'artist.pausedNow', { name }))}>
              {t(paused ? 'artist.resume' : 'artist.pause')}
              <span class="sr-only"> {name}</span>
            </Button>
            <Button onClick={() => setQuery({ job: id })}>
              {t('artist.edit')}
              <span class="sr-only"> {name}</span>
            </Button>
            <IconButton icon="trash" label={t('artist.remove', { name })} onClick={() => remove(job, onChanged)} />
          </>
        )}
      </div>
    </li>
  );
}

/** Removes a job; undo adds it again. */
function remove(job: ScheduledJob, onChanged: () => void): void {
  const { id, name, when, count, timeZone, quietHours, jitterSeconds, misfire, attempts, rotation, payload, paused } = job;
  const { prompt, version: _, ...options } = payload;
  const topics = rotation.length > 0 ? rotation : prompt === undefined ? [] : [prompt];
  const undo = async (): Promise<void> => {
    const wish = { when, name, count, timeZone, quietHours, jitterSeconds, misfire, attempts, topics, options };
    const added = await addJob(wish);
    if (paused) await setPaused(added.job.id, true);
    onChanged();
  };
  removeJob(id).then(() => {
    tell(t('artist.removed', { name }), { action: { label: t('common.undo'), run: () => undo().catch(tellError) } });
    onChanged();
  }, tellError);
}
