import { endSeries, paintSeries, type SeriesState } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { t } from '../../texts/text.ts';
import { WorkStrip } from '../work-strip.tsx';

/** A series: its works so far, and painting more. */
export function SeriesView({ id }: { id: string }) {
  const answer = useAnswer<SeriesState>(`series/${encodeURIComponent(id)}`, {}, ['work.filed', 'job']);
  return (
    <>
      <a class="text-sm text-accent underline" href={hrefOf('artist/series')}>
        {t('artist.allSeries')}
      </a>
      <Answered answer={answer}>
        {(series) => (
          <article class="flex flex-col gap-4">
            <header class="flex flex-wrap items-center gap-2">
              <h2 class="mr-auto text-xl font-semibold break-words max-sm:w-full" dir="auto">
                {series.name}
              </h2>
              <Actions series={series} onChanged={answer.again} />
            </header>
            <p class="text-sm break-words text-muted" dir="auto">
              {[series.topic ?? '', ...series.subjects, ...series.styles].filter((one) => one !== '').join(' · ')}
            </p>
            <Progress series={series} />
          </article>
        )}
      </Answered>
    </>
  );
}

/** Jobs that the server adds at one request. */
const mostAtOnce = 200;

function Actions({ series: { id, name, ended, missing, jobs }, onChanged }: { series: SeriesState; onChanged: () => void }) {
  const act = (action: Promise<unknown>, said: string): void => {
    action.then(() => {
      tell(said);
      onChanged();
    }, tellError);
  };
  if (ended) return null;
  const left = missing.length - jobs.length;
  const atOnce = Math.min(mostAtOnce, left);
  return (
    <>
      {left > 0 && (
        <>
          <Button kind="main" onClick={() => act(paintSeries(id, 1), t('artist.series.asked', { n: 1 }))}>
            {t('artist.series.paintOne')}
          </Button>
          {left > 1 && (
            <Button onClick={() => act(paintSeries(id, atOnce), t('artist.series.asked', { n: atOnce }))}>
              {t('artist.series.paintAll', { n: atOnce })}
            </Button>
          )}
        </>
      )}
      {isAdmin.value && <Button onClick={() => act(endSeries(id), t('artist.series.ended', { name }))}>{t('artist.series.end')}</Button>}
    </>
  );
}

function Progress({ series: { works, painted, jobs } }: { series: SeriesState }) {
  return (
    <>
      <div class="flex items-center gap-3 text-sm">
        <div class="max-w-sm flex-1">
          <ProgressBar max={works} value={painted.length} label={t('artist.progress')} />
        </div>
        <span>{t('artist.worksOf', { done: painted.length, due: works })}</span>
      </div>
      {jobs.length > 0 && <p class="text-sm text-muted">{t('artist.series.jobs', { n: jobs.length })}</p>}
      <WorkStrip size="large" ids={painted.map(({ work }) => work)} />
    </>
  );
}
