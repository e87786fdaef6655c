import type { DaysAnswer } from '../../../lib/server/api/figures/views.ts';
import { Empty } from '../../form/sections.tsx';
import { numberText, t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import { type Bucket, bucketsOf, summed } from '../buckets.ts';
import type { ChartData, Look } from '../charts/chart-data.ts';
import { Figure } from '../charts/figure.tsx';
import { percentText, secondsText, wholeText } from '../format.ts';
import { NoWorks } from '../no-works.tsx';
import { asked, isReversed, type Range } from '../range.ts';
import { Tiles } from '../tiles.tsx';

/** How much was painted, how much of it succeeded, and how long it took. */
export function WorkSection({ range }: { range: Range }) {
  return (
    <Awaited<DaysAnswer> path={isReversed(range) ? undefined : 'figures/days'} query={asked(range)} height={700}>
      {(answer) => <Shown answer={answer} range={range} />}
    </Awaited>
  );
}

type Day = DaysAnswer['days'][number];
type Run = DaysAnswer['runs'][number];
type Job = DaysAnswer['jobs'][number];
const total = <T,>(list: readonly T[], of: (one: T) => number): number => list.reduce((sum, one) => sum + of(one), 0);
const failedRuns = ({ failed, partial, missed }: Run): number => failed + partial + missed;

function Shown({ answer: { days, runs, jobs, works }, range }: { answer: DaysAnswer; range: Range }) {
  if (days.length === 0 && runs.length === 0 && jobs.length === 0) return <NoWorks range={range} />;
  const buckets = bucketsOf(
    range,
    [...days, ...runs, ...jobs].sort((a, b) => (a.day < b.day ? -1 : 1)),
  );
  const sum = <T extends { day: string }>(list: readonly T[], of: (one: T) => number): number[] => summed(buckets, list, of);
  const pictures = total(days, (day) => day.pictures);
  return (
    <>
      <Numbers days={days} runs={runs} jobs={jobs} works={works} buckets={buckets} />
      <Figure
        title={t('figures.works')}
        kind="columns"
        file="works"
        data={dataOf(buckets, wholeText, [[t('figures.works.series'), 'main', sum(days, (day) => day.works)]])}
      />
      <div class="grid gap-4 lg:grid-cols-2">
        <Outcomes title={t('figures.runs')} file="runs" list={runs} buckets={buckets} failed={failedRuns} />
        <Outcomes title={t('figures.jobs')} file="jobs" list={jobs} buckets={buckets} failed={(job) => job.failed} />
        {pictures > 0 ? <Seconds days={days} buckets={buckets} /> : <Empty>{t('figures.noSeconds')}</Empty>}
        {total(days, (day) => day.candidates) > 0 && (
          <Figure
            title={t('figures.candidates')}
            kind="columns"
            file="candidates"
            data={dataOf(buckets, wholeText, [
              [t('figures.passed'), 'good', sum(days, ({ candidates, rejected }) => candidates - rejected)],
              [t('figures.rejected'), 'bad', sum(days, ({ rejected }) => rejected)],
            ])}
          />
        )}
      </div>
      {runs.length === 0 && jobs.length === 0 && <p class="text-sm text-muted">{t('figures.noOutcomes')}</p>}
    </>
  );
}

function dataOf(
  buckets: readonly Bucket[],
  format: (value: number) => string,
  series: readonly (readonly [label: string, look: Look, values: readonly number[]])[],
): ChartData {
  return {
    slotName: t('figures.time'),
    slots: buckets,
    format,
    series: series.map(([label, look, values]) => ({
      label,
      look,
      values,
      overall: numberText(values.reduce((sum, one) => sum + one, 0)),
    })),
  };
}

/** Painting time of one picture: of every candidate, not of every work. */
function Seconds({ days, buckets }: { days: readonly Day[]; buckets: readonly Bucket[] }) {
  const [seconds, pictures] = [summed(buckets, days, (day) => day.seconds), summed(buckets, days, (day) => day.pictures)];
  const values = pictures.map((count, at) => (count === 0 ? null : (seconds[at] ?? 0) / count));
  const overall = secondsText(total(days, (day) => day.seconds) / total(days, (day) => day.pictures));
  const format = (value: number): string => numberText(value, 1);
  const data: ChartData = {
    slotName: t('figures.time'),
    slots: buckets,
    format,
    series: [{ label: t('figures.secondsAPicture'), look: 'main', values, overall }],
  };
  return <Figure title={t('figures.secondsTitle')} kind="columns" file="seconds" data={data} />;
}

interface OutcomesProps<T> {
  title: string;
  file: string;
  list: readonly T[];
  buckets: readonly Bucket[];
  failed: (one: T) => number;
}

function Outcomes<T extends Job | Run>({ title, file, list, buckets, failed }: OutcomesProps<T>) {
  if (list.length === 0) return null;
  const data = dataOf(buckets, wholeText, [
    [t('figures.done'), 'good', summed(buckets, list, ({ done }) => done)],
    [t('figures.failed'), 'bad', summed(buckets, list, failed)],
    [t('figures.cancelled'), 'quiet', summed(buckets, list, ({ cancelled }) => cancelled)],
  ]);
  return <Figure title={title} kind="columns" file={file} data={data} />;
}

interface NumbersProps {
  days: readonly Day[];
  runs: readonly Run[];
  jobs: readonly Job[];
  works: number;
  buckets: readonly Bucket[];
}

function Numbers({ days, runs, jobs, works, buckets }: NumbersProps) {
  const length = (buckets.at(-1)?.last ?? 0) - (buckets[0]?.first ?? 0) + 1;
  const [pictures, seconds] = [total(days, (day) => day.pictures), total(days, (day) => day.seconds)];
  const success = (label: string, done: number, failed: number) =>
    done + failed === 0
      ? []
      : [
          {
            label,
            value: percentText(done / (done + failed)),
            about: t('figures.doneOf', { done, all: numberText(done + failed), n: done + failed }),
          },
        ];
  return (
    <Tiles
      tiles={[
        { label: t('figures.works.series'), value: numberText(works), about: t('figures.inDays', { n: length }) },
        { label: t('figures.worksADay'), value: numberText(works / length, 1) },
        ...success(
          t('figures.runsSucceeded'),
          total(runs, (run) => run.done),
          total(runs, failedRuns),
        ),
        ...success(
          t('figures.jobsSucceeded'),
          total(jobs, (job) => job.done),
          total(jobs, (job) => job.failed),
        ),
        ...(pictures > 0
          ? [{ label: t('figures.secondsTitle'), value: secondsText(seconds / pictures), about: t('figures.pictures', { n: pictures }) }]
          : []),
      ]}
    />
  );
}
