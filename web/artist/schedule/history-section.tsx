import { filedBy, type HistoryAnswer, type PastRun } from '../../api/artist.ts';
import { Answered } from '../../form/answered.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { place, setQuery } from '../../navigate/router.ts';
import { numberText, t, timeText } from '../../texts/text.ts';
import { WorkStrip } from '../work-strip.tsx';

const most = 100;
/** Works of a run that are shown. */
const mostWorks = 12;
const good: readonly PastRun['outcome'][] = ['done', 'cancelled'];

/** Runs that ended: what they filed, or why they failed. */
export function HistorySection() {
  const { job, failed } = place.value.query;
  const history = useAnswer<HistoryAnswer>('schedule/history', { limit: most, job, failed: failed === 'true' }, ['schedule.run']);
  return (
    <section aria-label={t('artist.history')} class="flex flex-col gap-3">
      <div class="flex flex-wrap items-center gap-4 text-sm">
        <label class="flex min-h-9 items-center gap-2">
          <input
            type="checkbox"
            checked={failed === 'true'}
            onChange={(event) => setQuery({ failed: event.currentTarget.checked ? 'true' : undefined }, { replace: true })}
          />
          {t('artist.onlyFailed')}
        </label>
        {job !== undefined && (
          <button type="button" class="min-h-9 text-accent underline" onClick={() => setQuery({ job: undefined })}>
            {t('artist.allJobs')}
          </button>
        )}
      </div>
      <Answered answer={history}>
        {({ runs, figures: { days, successRate } }) => (
          <>
            {successRate !== null && (
              <p class="text-sm text-muted">{t('artist.success', { percent: numberText(successRate * 100, 1), days: numberText(days) })}</p>
            )}
            {runs.length === 0 && <Empty>{t('artist.noRuns')}</Empty>}
            <ol class="flex flex-col gap-2">
              {runs.map((run) => (
                <Run key={`${run.id} ${run.endedAt}`} run={run} />
              ))}
            </ol>
          </>
        )}
      </Answered>
    </section>
  );
}

function Run({ run }: { run: PastRun }) {
  const { jobName, outcome, kind, dueAt, endedAt, seconds, works, message, count, attempts } = run;
  const ids = filedBy(run);
  const at = endedAt ?? dueAt;
  return (
    <li class="flex flex-col gap-2 rounded-lg border border-line bg-raised p-3 text-sm">
      <p class="flex flex-wrap items-baseline gap-x-3">
        <strong class="font-medium break-words" dir="auto">
          {jobName}
        </strong>
        <span class={good.includes(outcome) ? 'text-good' : 'text-bad'}>{t(`artist.outcome.${outcome}`)}</span>
        <span class="text-muted">
          {at !== null && timeText(at)}
          {kind !== 'scheduled' && ` · ${t(`artist.kindOfRun.${kind}`)}`}
          {outcome !== 'missed' && ` · ${t('artist.took', { seconds: numberText(seconds, 1) })}`}
          {outcome === 'missed' && count > 1 && ` · ${t('artist.missedCount', { n: count })}`}
          {attempts > 1 && ` · ${t('artist.attempts', { n: attempts })}`}
          {works.done < works.due && outcome !== 'missed' && ` · ${t('artist.worksOf', { done: works.done, due: works.due })}`}
        </span>
      </p>
      {message !== null && (
        <p class="break-words text-bad" dir="auto">
          {message}
        </p>
      )}
      {ids.length > 0 && <WorkStrip ids={ids.slice(0, mostWorks)} size="large" />}
      {ids.length > mostWorks && <p class="text-muted">{t('artist.moreWorks', { n: ids.length - mostWorks })}</p>}
    </li>
  );
}
