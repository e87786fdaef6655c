import { useEffect } from 'preact/hooks';
import type { ScheduleAnswer } from '../../api/artist.ts';
import { followJobs, type Job, previewOf, readPreview } from '../../api/jobs.ts';
import { mayPaint } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { JobProgress, placeText } from '../../studio/painting/progress.tsx';
import { t, timeText } from '../../texts/text.ts';

interface NowAnswer {
  painting: boolean;
  waiting: number;
  fraction: number | null;
  nextRun: string | null;
}

const promptOf = ({ request }: Job): string | undefined => {
  const { prompt } = request?.options ?? {};
  return typeof prompt === 'string' ? prompt : undefined;
};

const nextText = (nextRun: string | null, isRunning: boolean): string => {
  if (nextRun === null) return t('artist.noNextRun');
  return isRunning ? t('artist.nextRun', { time: timeText(nextRun) }) : t('artist.nextRunNot');
};

/** The picture that is being painted, what waits, and when the next run is due. */
export function Now() {
  const now = useAnswer<NowAnswer>('status/now', {}, ['job', 'queue', 'schedule.run', 'schedule.changed']);
  const schedule = useAnswer<Pick<ScheduleAnswer, 'daemon'>>(mayPaint.value ? 'schedule' : undefined, {}, ['schedule.changed']);
  const jobs = useAnswer<{ jobs: Job[] }>('jobs', { state: 'running', limit: 1 }, ['job']);
  useEffect(followJobs, []);
  const [job] = jobs.value?.jobs ?? [];
  return (
    <section aria-label={t('artist.now')} class="flex gap-4 rounded-xl border border-line bg-raised p-4">
      {job && <Preview job={job} />}
      <div class="flex min-w-0 flex-1 flex-col justify-center gap-1 text-sm">
        <Answered answer={now}>
          {({ painting, waiting, nextRun }) => (
            <>
              <p class="text-lg font-medium" aria-live="polite">
                {t(painting ? 'artist.painting' : waiting > 0 ? 'artist.toPaint' : 'artist.resting')}
              </p>
              {job && promptOf(job) !== undefined && (
                <p dir="auto" class="line-clamp-3 break-words">
                  {promptOf(job)}
                </p>
              )}
              {job && <Progress job={job} />}
              {!painting && waiting > 0 && <p class="text-muted">{t('artist.noPainter')}</p>}
              <p class="text-muted">
                {t('artist.waiting', { n: waiting })} · {nextText(nextRun, schedule.value?.daemon !== null)}
              </p>
            </>
          )}
        </Answered>
      </div>
    </section>
  );
}

function Preview({ job }: { job: Job }) {
  const preview = previewOf(job.id).value;
  const shown = job.progress?.preview ?? 0;
  useEffect(() => {
    if (mayPaint.value && shown > 0 && previewOf(job.id).peek() === undefined) readPreview(job.id).catch(() => undefined); // the next one comes by event
  }, [job.id, shown > 0]);
  return (
    <div class="grid aspect-square w-40 shrink-0 place-items-center self-center overflow-hidden rounded-lg bg-sunken max-sm:w-24">
      {preview === undefined ? (
        <p class="p-2 text-center text-xs text-muted">{t('artist.noPreview')}</p>
      ) : (
        <img src={preview} alt={t('artist.preview')} class="h-full w-full object-contain" />
      )}
    </div>
  );
}

function Progress({ job }: { job: Job }) {
  return (
    <div class="flex flex-col gap-1">
      <div class="max-w-sm">
        <JobProgress job={job} />
      </div>
      <span class="text-muted">{placeText(job)}</span>
    </div>
  );
}
