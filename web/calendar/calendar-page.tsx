import { useMemo, useRef } from 'preact/hooks';
import { conditionsOf, withCondition } from '../find/conditions.ts';
import { columns, columnsError, selection } from '../gallery/shown-works.ts';
import { hrefOf, place } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { dayText, monthName, numberText, t, weekdayText } from '../texts/text.ts';
import { usePlaceKept } from './place.ts';
import { countDays, isoDay, levelsOf, type Month, monthsOf, placeInWeek, yearsOf } from './years.ts';

/** Colours of a day by its level, each with a text that can be read on it. */
const looks = [
  'text-muted',
  'bg-accent/12 text-ink',
  'bg-accent/25 text-ink',
  'bg-accent/40 text-ink',
  'bg-accent text-on-accent font-semibold',
];

/** A year of works as a map of its days. A day leads to its works. */
export function CalendarPage() {
  const loaded = columns.value;
  const counts = useMemo(() => countDays(loaded?.days ?? new Uint16Array(0)), [loaded]);
  const years = useMemo(() => yearsOf(counts), [counts]);
  if (columnsError.value)
    return (
      <p class="p-8" role="alert">
        {columnsError.value.message}
      </p>
    );
  if (!loaded) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  if (years.length === 0) return <p class="p-8">{t(selection.value.query === '' ? 'works.empty' : 'works.nothing')}</p>;
  const asked = Number(place.value.query['year']);
  const year = years.includes(asked) ? asked : (years.at(-1) ?? 0);
  return <Year year={year} years={years} counts={counts} />;
}

interface YearProps {
  year: number;
  years: readonly number[];
  counts: ReadonlyMap<number, number>;
}

function Year({ year, years, counts }: YearProps) {
  const box = useRef<HTMLDivElement>(null);
  const months = useMemo(() => monthsOf(year, counts), [year, counts]);
  const levelOf = useMemo(() => levelsOf(months.flatMap(({ works }) => works)), [months]);
  const total = months.reduce((sum, month) => sum + month.total, 0);
  /** Arrow keys go from day to day with works; only one of them is a stop of the Tab key. */
  const onKeyDown = (event: KeyboardEvent): void => {
    const links = [...(box.current?.querySelectorAll<HTMLAnchorElement>('a[data-day]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    const target = at < 0 || to === undefined ? undefined : links[to];
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
  const newest = months.findLast((month) => month.total > 0);
  const newestDay = newest && newest.first + newest.works.findLastIndex((count) => count > 0);
  usePlaceKept(box, `${year} ${selection.value.query}`);
  return (
    <div class="mx-auto flex max-w-6xl flex-col gap-4 px-4 pb-4 md:px-6 md:pb-6">
      <header class="sticky top-0 z-10 -mx-4 flex flex-wrap items-center gap-x-4 gap-y-2 bg-paper px-4 py-3 md:-mx-6 md:px-6">
        <h1 class="text-2xl font-semibold">{t('calendar.title')}</h1>
        <YearSteps year={year} years={years} />
        <p class="text-sm text-muted">{t('works.count', { n: total })}</p>
        <Legend />
      </header>
      <OnlyMatching />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move between the links in it */}
      <div ref={box} class="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-x-6 gap-y-5" onKeyDown={onKeyDown}>
        {months.map((month) => (
          <MonthMap key={month.first} month={month} levelOf={levelOf} stop={newestDay} isNewest={month === newest} />
        ))}
      </div>
    </div>
  );
}

const yearHref = (year: number): string => hrefOf('calendar', { q: selection.value.query, year: String(year) });

function YearSteps({ year, years }: Pick<YearProps, 'year' | 'years'>) {
  const before = years.findLast((one) => one < year);
  const after = years.find((one) => one > year);
  const step = 'inline-grid size-9 place-items-center rounded-md hover:bg-sunken';
  return (
    <nav class="flex items-center gap-1" aria-label={t('calendar.year', { year: String(year) })}>
      {before === undefined ? (
        <span class="size-9" />
      ) : (
        <a class={step} href={yearHref(before)} aria-label={`${t('calendar.previous')}: ${before}`}>
          <Icon name="back" size={18} />
        </a>
      )}
      <h2 class="text-xl tabular-nums">{year}</h2>
      {after === undefined ? (
        <span class="size-9" />
      ) : (
        <a class={step} href={yearHref(after)} aria-label={`${t('calendar.next')}: ${after}`}>
          <Icon name="forward" size={18} />
        </a>
      )}
    </nav>
  );
}

function Legend() {
  return (
    <p class="ml-auto flex items-center gap-1 text-xs text-muted" aria-hidden="true">
      {t('calendar.less')}
      {looks.slice(1).map((look) => (
        <span key={look} class={`size-4 rounded ${look}`} />
      ))}
      {t('calendar.greater')}
    </p>
  );
}

/** The conditions that the works of the calendar meet. */
function OnlyMatching() {
  const { query } = selection.value;
  if (conditionsOf(query).length === 0) return null;
  return (
    <p class="flex flex-wrap items-center gap-2 text-sm">
      {t('calendar.only')}
      <code class="rounded bg-sunken px-2 py-1 break-all" dir="auto">
        {query}
      </code>
      <a class="underline" href={hrefOf('calendar', { year: place.value.query['year'] })}>
        {t('calendar.all')}
      </a>
    </p>
  );
}

interface MonthMapProps {
  month: Month;
  levelOf: (count: number) => number;
  /** The day that the Tab key reaches. */
  stop: number | undefined;
  /** The last one of its year with works. */
  isNewest: boolean;
}

const daysOfAWeek = Array.from({ length: 7 }, (_, place) => weekdayText(4 + place));
const worksHref = (date: string): string => hrefOf('', { q: withCondition(selection.value.query, `date:${date}`) });

function MonthMap({ month: { first, works, total }, levelOf, stop, isNewest }: MonthMapProps) {
  return (
    <section aria-label={monthName(first)} class="scroll-mt-28" data-newest={isNewest ? '' : undefined}>
      <h3 class="mb-1 flex items-baseline justify-between text-sm">
        {total > 0 ? (
          <a class="font-semibold hover:underline" href={worksHref(isoDay(first).slice(0, 7))}>
            {monthName(first)}
          </a>
        ) : (
          <span class="font-semibold text-muted">{monthName(first)}</span>
        )}
        <span class="text-muted tabular-nums">{total > 0 && numberText(total)}</span>
      </h3>
      <div class="grid grid-cols-7 gap-1 text-center text-xs tabular-nums">
        {daysOfAWeek.map((name) => (
          <span key={name} class="pb-0.5 text-muted" aria-hidden="true">
            {name.slice(0, 2)}
          </span>
        ))}
        <span style={{ gridColumn: `span ${placeInWeek(first)}` }} class={placeInWeek(first) === 0 ? 'hidden' : ''} />
        {works.map((count, date) => {
          const day = first + date;
          const look = `grid h-7 place-items-center rounded ${looks[levelOf(count)]}`;
          if (count === 0)
            return (
              <span key={day} class={look}>
                {date + 1}
              </span>
            );
          const label = t('calendar.day', { day: dayText(day), n: count });
          return (
            <a
              key={day}
              href={worksHref(isoDay(day))}
              class={`${look} hover:outline-2 hover:outline-accent`}
              aria-label={label}
              title={label}
              tabIndex={day === stop ? 0 : -1}
              data-day={day}
            >
              {date + 1}
            </a>
          );
        })}
      </div>
    </section>
  );
}
