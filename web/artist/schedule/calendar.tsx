import type { PastRun, Upcoming } from '../../api/artist.ts';
import { hrefOf, place, setQuery } from '../../navigate/router.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { localClock, localDay, localMonth, localWeekday, t, timeText } from '../../texts/text.ts';
import { dateOf, dayKey, shifted, type View, weeksOf } from './days.ts';

interface Entry {
  at: Date;
  name: string;
  href: string;
  outcome: PastRun['outcome'] | 'due';
}

const looks: Readonly<Record<Entry['outcome'], string>> = {
  due: 'border-accent',
  done: 'border-good',
  partial: 'border-bad',
  failed: 'border-bad',
  missed: 'border-bad',
  cancelled: 'border-line',
};
/** Runs of a day that a month shows. */
const mostInMonth = 3;

function entriesOf(past: readonly PastRun[], coming: readonly Upcoming[]): Map<string, Entry[]> {
  const entries: Entry[] = [
    ...past.flatMap(({ dueAt, endedAt, jobId, jobName, outcome }) => {
      const at = dueAt ?? endedAt;
      return at === null ? [] : [{ at: new Date(at), name: jobName, outcome, href: hrefOf('artist/history', { job: jobId }) }];
    }),
    ...coming.map(
      ({ at, name, jobId }): Entry => ({
        ...{ at: new Date(at), name, outcome: 'due' },
        href: hrefOf('artist', { ...place.value.query, job: jobId }),
      }),
    ),
  ];
  const days = new Map<string, Entry[]>();
  for (const entry of entries.sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const key = dayKey(entry.at);
    days.set(key, [...(days.get(key) ?? []), entry]);
  }
  return days;
}

interface CalendarProps {
  past: readonly PastRun[];
  coming: readonly Upcoming[];
  /** When the last of `coming` is due, if there are more. */
  until: string | undefined;
}

/** Runs that were and runs that will be, by day. */
export function Calendar({ past, coming, until }: CalendarProps) {
  const { query } = place.value;
  const view: View = query['view'] === 'week' ? 'week' : 'month';
  const date = dateOf(query['day']);
  const weeks = weeksOf(date, view);
  const entries = entriesOf(past, coming);
  const show = (change: { view?: View | undefined; day?: string | undefined }): void => setQuery(change, { replace: true });
  return (
    <section aria-label={t('artist.calendar')} class="flex flex-col gap-2">
      <div class="flex flex-wrap items-center gap-2">
        <h2 class="mr-auto text-lg font-semibold" aria-live="polite">
          {view === 'month' ? localMonth(date) : t('artist.weekOf', { day: localDay(weeks[0]?.[0] ?? date) })}
        </h2>
        <fieldset aria-label={t('artist.view')} class="flex gap-1">
          {(['month', 'week'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={view === one}
              class={`min-h-9 rounded-md px-3 text-sm ${view === one ? 'bg-sunken font-medium' : 'text-muted hover:bg-sunken'}`}
              onClick={() => show({ view: one === 'month' ? undefined : one })}
            >
              {t(`artist.${one}`)}
            </button>
          ))}
        </fieldset>
        <Button onClick={() => show({ day: undefined })}>{t('artist.today')}</Button>
        <IconButton icon="back" label={t('artist.before')} onClick={() => show({ day: dayKey(shifted(date, view, -1)) })} />
        <IconButton icon="forward" label={t('artist.after')} onClick={() => show({ day: dayKey(shifted(date, view, 1)) })} />
      </div>
      <table class={`w-full table-fixed border-collapse ${view === 'week' ? 'max-md:block' : ''}`}>
        <thead class={view === 'week' ? 'max-md:hidden' : ''}>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={dayKey(day)} scope="col" class="p-1 text-left text-xs font-medium text-muted">
                {localWeekday(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody class={view === 'week' ? 'max-md:block' : ''}>
          {weeks.map((week) => (
            <tr key={dayKey(week[0] ?? date)} class={view === 'week' ? 'max-md:flex max-md:flex-col' : ''}>
              {week.map((day) => (
                <Day
                  key={dayKey(day)}
                  day={day}
                  entries={entries.get(dayKey(day)) ?? []}
                  view={view}
                  isOther={view === 'month' && day.getMonth() !== date.getMonth()}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {view === 'month' && <p class="text-xs text-muted md:hidden">{t('artist.calendarNumbers')}</p>}
      {until !== undefined && new Date(until) < (weeks.at(-1)?.at(-1) ?? date) && (
        <p class="text-sm text-muted">{t('artist.calendarUntil', { n: coming.length, time: timeText(until) })}</p>
      )}
    </section>
  );
}

function Day({ day, entries, view, isOther }: { day: Date; entries: readonly Entry[]; view: View; isOther: boolean }) {
  const isToday = dayKey(day) === dayKey(new Date());
  const shown = view === 'month' ? entries.slice(0, mostInMonth) : entries;
  const week = hrefOf('artist', { ...place.value.query, view: 'week', day: dayKey(day) });
  return (
    <td class={`border border-line p-1 align-top ${view === 'month' ? 'h-16 md:h-28' : 'md:h-64'} ${isOther ? 'bg-sunken' : 'bg-raised'}`}>
      <p class={`text-xs ${isToday ? 'font-bold text-accent' : 'text-muted'}`}>
        <span aria-current={isToday ? 'date' : undefined}>{view === 'month' ? day.getDate() : localDay(day)}</span>
      </p>
      <ul class={`flex flex-col gap-0.5 ${view === 'month' ? 'max-md:hidden' : ''}`}>
        {shown.map((entry) => (
          <li key={`${entry.at.getTime()} ${entry.href}`}>
            <a
              href={entry.href}
              class={`flex min-h-6 items-center gap-1 rounded-sm border-l-4 bg-sunken px-1 text-xs hover:underline ${looks[entry.outcome]}`}
              aria-label={t('artist.entry', {
                time: localClock(entry.at),
                name: entry.name,
                outcome: t(`artist.outcome.${entry.outcome}`),
              })}
            >
              <time datetime={entry.at.toISOString()}>{localClock(entry.at)}</time>
              <span class="truncate" dir="auto">
                {entry.name}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {view === 'month' && entries.length > 0 && (
        <a
          href={week}
          class={`inline-flex min-h-6 items-center text-xs text-accent hover:underline ${entries.length <= mostInMonth ? 'md:hidden' : ''}`}
          aria-label={t('artist.runsOf', { n: entries.length, day: localDay(day) })}
        >
          {entries.length}
          <span class="max-md:hidden">&nbsp;{t('artist.inAll')}</span>
        </a>
      )}
    </td>
  );
}
