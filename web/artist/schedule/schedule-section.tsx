import { type HistoryAnswer, type ScheduleAnswer, simulate, type Upcoming } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, place, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { numberText, t, timeText } from '../../texts/text.ts';
import { Calendar } from './calendar.tsx';
import { JobForm } from './job-form.tsx';
import { JobRow } from './job-row.tsx';

const mostRuns = 1000;
const events = ['schedule.changed', 'schedule.run'] as const;
const aheadDays = 30;

/** The jobs of the artist, and a calendar of their runs. */
export function ScheduleSection() {
  const schedule = useAnswer<ScheduleAnswer>('schedule', {}, events);
  const coming = useAnswer<{ runs: Upcoming[] }>('schedule/next', { limit: mostRuns }, events);
  const past = useAnswer<HistoryAnswer>('schedule/history', { limit: mostRuns }, events);
  const chosen = place.value.query['job'];
  const jobs = schedule.value?.jobs;
  const again = (): void => {
    for (const answer of [schedule, coming, past]) answer.again();
  };
  const close = (isChanged: boolean): void => {
    setQuery({ job: undefined }, { replace: true });
    if (isChanged) again();
  };
  const job = jobs?.find(({ id }) => id === chosen);
  const last = coming.value?.runs.length === mostRuns ? coming.value.runs.at(-1) : undefined;
  return (
    <>
      <ForAdmins what={t('artist.adminOnly')}>
        <div class="flex flex-wrap gap-2">
          <Button kind="main" onClick={() => setQuery({ job: 'new' })}>
            {t('artist.job.add')}
          </Button>
          {(jobs?.length ?? 0) > 0 && <Button onClick={lookAhead}>{t('artist.ahead', { days: aheadDays })}</Button>}
        </div>
      </ForAdmins>
      <Answered answer={schedule}>
        {({ jobs, broken, daemon }) => (
          <section aria-label={t('artist.jobs')} class="flex flex-col gap-2">
            {jobs.length > 0 && !daemon ? (
              <p class="rounded-lg bg-sunken px-3 py-2 text-sm">
                {t('artist.runsNot')} <code class="whitespace-nowrap select-all">ai-artist serve --schedule</code>
              </p>
            ) : (
              <p class="text-sm text-muted">{daemon ? t('artist.runs', { time: timeText(daemon.since) }) : t('artist.noJobs')}</p>
            )}
            <ul class="flex flex-col gap-2">
              {jobs.map((one) => (
                <JobRow key={one.id} job={one} hasSchedule={daemon !== null} onChanged={again} />
              ))}
            </ul>
            {broken.map(({ id, name, reason }) => (
              <p key={id} role="alert" class="text-sm text-bad" dir="auto">
                {t('artist.broken', { name, reason })}
              </p>
            ))}
          </section>
        )}
      </Answered>
      <Answered answer={coming}>{({ runs }) => <Calendar past={past.value?.runs ?? []} coming={runs} until={last?.at} />}</Answered>
      <p class="text-sm">
        <a class="text-accent underline" href={hrefOf('artist/history')}>
          {t('artist.toHistory')}
        </a>
      </p>
      {isAdmin.value && (job || chosen === 'new') && <JobForm key={chosen} job={job} onDone={close} />}
    </>
  );
}

/** Says what the whole schedule brings. */
function lookAhead(): void {
  simulate({ days: aheadDays }).then(({ works, runs, worksPerDay }) => {
    const values = { days: aheadDays, works: numberText(works.due), runs: numberText(runs.due) };
    tell(t('artist.aheadIs', { ...values, mean: numberText(worksPerDay.mean, 1), most: numberText(worksPerDay.most) }));
  }, tellError);
}
