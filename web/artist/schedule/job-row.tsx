import { addJob, removeJob, runJob, type ScheduledJob, setPaused, withdrawRun } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { hrefOf, setQuery } from '../../navigate/router.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t, timeText } from '../../texts/text.ts';

interface JobRowProps {
  job: ScheduledJob;
  /** Whether a schedule runs, which keeps its times. */
  hasSchedule: boolean;
  onChanged: () => void;
}

/** A job of the schedule, and what can be done with it. */
export function JobRow({ job, hasSchedule, onChanged }: JobRowProps) {
  const { id, name, when, count, paused, fault, running, rotation, payload } = job;
  const asked = job.waiting.find(({ kind }) => kind === 'requested');
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
        <p class="text-sm" role="status">
          {stateText(job, hasSchedule)}
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
            {asked === undefined && running === null && (
              <Button onClick={() => run(job, onChanged)}>
                {t('artist.runNow')}
                <span class="sr-only"> {name}</span>
              </Button>
            )}
            {asked !== undefined && (
              <Button onClick={() => act(withdrawRun(asked.id), t('artist.runWithdrawn', { name }))}>
                {t('artist.withdraw')}
                <span class="sr-only"> {name}</span>
              </Button>
            )}
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

/** What a job does now, and what it does next. */
function stateText({ running, waiting, paused, next }: ScheduledJob, hasSchedule: boolean): string {
  if (running !== null) return t('artist.isRunning');
  if (waiting.some(({ kind }) => kind === 'requested')) return t('artist.isAsked');
  if (waiting.length > 0) return t('artist.isDue');
  if (paused) return '';
  if (next === null) return t('artist.noNextRun');
  return t(hasSchedule ? 'artist.nextRun' : 'artist.wouldRun', { time: timeText(next) });
}

/** Runs a job at once, and says who does it. */
function run({ id, name }: ScheduledJob, onChanged: () => void): void {
  runJob(id).then(({ by }) => {
    tell(t(by === 'schedule' ? 'artist.runBySchedule' : 'artist.runByServer', { name }));
    onChanged();
  }, tellError);
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
