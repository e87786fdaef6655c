/**
 * Checks the documented rule for clock changes against every minute of the days around each change, as Intl shows it. A skipped time is due at the
 * first moment after the gap; a repeated time is due only the first time. With a wildcard or a step in minutes or hours, an expression is an
 * interval: it skips the gap and runs in both repeated hours.
 */
import * as assert from 'uvu/assert';
import { nextRuns, runsBetween } from '../../lib/schedule/time/occurrences.ts';
import { suite } from '../harness.ts';
import { at, iso, jobOf } from './support.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const weekMs = 7 * dayMs;

/** The wall-clock time as a number, as if it were UTC. */
type Wall = number;

const formats = new Map<string, Intl.DateTimeFormat>();
/** Every expression checks each minute. */
const shown = new Map<string, Wall>();
function wallOf(ms: number, timeZone: string): Wall {
  const key = `${ms} ${timeZone}`;
  let wall = shown.get(key);
  if (wall === undefined) {
    wall = askIntl(ms, timeZone);
    shown.set(key, wall);
  }
  return wall;
}

function askIntl(ms: number, timeZone: string): Wall {
  let format = formats.get(timeZone);
  if (!format) {
    const numeric = '2-digit' as const;
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
    });
    formats.set(timeZone, format);
  }
  const [day = 0, month = 0, year = 0, hour = 0, minute = 0] = format.format(ms).split(/\D+/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The moments of a year at which the UTC offset changes. */
function changesIn(year: number, timeZone: string): number[] {
  const offset = (ms: number): number => wallOf(ms, timeZone) - ms;
  const found: number[] = [];
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += weekMs) {
    if (offset(day) === offset(day + weekMs)) continue;
    let [low, high] = [day, day + weekMs];
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

/** Parses a field of numbers, lists, ranges, steps and `*` to a set. */
function numbersOf(field: string, least: number, most: number): Set<number> {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from, to = from] = range === '*' ? [least, most] : range.split('-').map(Number);
    for (let value = from ?? 0; value <= (to ?? 0); value += Number(step)) numbers.add(value);
  }
  return numbers;
}

/** The due times by the rule for an expression that allows any day, from `from` (exclusive) to `to`. */
function expected(expression: string, timeZone: string, from: number, to: number): number[] {
  const [minuteField = '', hourField = ''] = expression.split(' ');
  const [minutes, hours] = [numbersOf(minuteField, 0, 59), numbersOf(hourField, 0, 23)];
  const matches = (wall: Wall): boolean => minutes.has(new Date(wall).getUTCMinutes()) && hours.has(new Date(wall).getUTCHours());
  const isInterval = /[*/]/.test(minuteField + hourField);
  const due = new Set<number>();
  /** The latest wall-clock time so far: an earlier one is a repetition. */
  let latest = wallOf(from - dayMs, timeZone);
  for (let ms = from - dayMs + minuteMs; ms <= to; ms += minuteMs) {
    const wall = wallOf(ms, timeZone);
    if (isInterval) {
      if (matches(wall)) due.add(ms);
      continue;
    }
    for (let shown = latest + minuteMs; shown <= wall; shown += minuteMs) if (matches(shown)) due.add(ms);
    latest = Math.max(latest, wall);
  }
  return [...due].filter((ms) => ms > from).sort((a, b) => a - b);
}

const expressions = [
  '30 2 * * *',
  '0,30 2 * * *',
  '0,15,45 0-3 * * *',
  '30 1-3 * * *',
  '30 1,2 * * *',
  '59 23 * * *',
  '0 0 * * *',
  '5,35 0,1,2,3,22,23 * * *',
  '*/30 2 * * *',
  '10-50/20 1-2 * * *',
  '15 * * * *',
  '7 */3 * * *',
  '* 1 * * *',
];

suite('cron where the clocks change', { timeoutMs: 240_000 }, (test) => {
  test('every zone of 2027, and some with odd changes in other years, follow the documented rule', () => {
    const special: [string, number][] = [
      ['Australia/Lord_Howe', 2025],
      ['Australia/Lord_Howe', 1984],
      ['America/Asuncion', 2023],
      ['America/Santiago', 2026],
      ['America/Sao_Paulo', 2018],
      ['Asia/Beirut', 2026],
      ['Africa/Cairo', 2025],
      ['Africa/Casablanca', 2025],
      ['America/Havana', 2026],
      ['Atlantic/Azores', 2026],
      ['Antarctica/Troll', 2026],
      ['Asia/Pyongyang', 2018],
      ['America/Caracas', 2016],
      ['America/St_Johns', 2006],
      ['Asia/Tehran', 2021],
      ['Asia/Amman', 2021],
      ['Asia/Gaza', 2024],
      ['America/Scoresbysund', 2024],
    ];
    const places = [...Intl.supportedValuesOf('timeZone').map((zone): [string, number] => [zone, 2027]), ...special];
    const seen = new Set<string>();
    const wrong: string[] = [];
    for (const [timeZone, year] of places) {
      for (const change of changesIn(year, timeZone)) {
        // Zones with the same wall clock around a change are one case.
        const walls = [-1, 0, 600].map((minutes) => wallOf(change + minutes * minuteMs, timeZone) % dayMs);
        if (seen.has(walls.join())) continue;
        seen.add(walls.join());
        const [from, to] = [change - dayMs, change + dayMs];
        for (const expression of expressions) {
          const should = expected(expression, timeZone, from, to);
          const job = jobOf({ when: `cron "${expression}"`, timeZone }, from);
          const found = runsBetween(job, from, to, 5000).times;
          if (JSON.stringify(found) !== JSON.stringify(should))
            wrong.push(
              `${expression} in ${timeZone} at ${new Date(change).toISOString()}: ${iso(found).join()} instead of ${iso(should).join()}`,
            );
        }
      }
    }
    assert.ok(seen.size >= 20, String(seen.size));
    assert.equal(wrong.slice(0, 5), []);
  });

  // [expression, zone, first moment, last moment, due]
  const cases: [string, string, string, string, string[]][] = [
    ['0,30 2 * * *', 'Europe/Berlin', '2027-03-27T23:00Z', '2027-03-28T22:00Z', ['2027-03-28T01:00Z']],
    [
      '30 1-3 * * *',
      'Europe/Berlin',
      '2027-03-27T23:00Z',
      '2027-03-28T22:00Z',
      ['2027-03-28T00:30Z', '2027-03-28T01:00Z', '2027-03-28T01:30Z'],
    ],
    ['30 1,2 * * *', 'Europe/Berlin', '2027-10-30T22:00Z', '2027-10-31T23:00Z', ['2027-10-30T23:30Z', '2027-10-31T00:30Z']],
    ['*/30 2 * * *', 'Europe/Berlin', '2027-03-27T23:00Z', '2027-03-28T22:00Z', []],
    ['0,15 2 * * *', 'Australia/Lord_Howe', '2027-10-02T14:00Z', '2027-10-03T12:00Z', ['2027-10-02T15:30Z']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-03T13:00Z', '2027-04-04T12:00Z', ['2027-04-03T14:45Z']],
    ['0,30 0 * * *', 'Africa/Cairo', '2027-04-29T12:00Z', '2027-04-30T12:00Z', ['2027-04-29T22:00Z']],
  ];
  for (const [expression, timeZone, from, to, due] of cases) {
    test(`${expression} in ${timeZone} after ${from}`, () => {
      const job = jobOf({ when: `cron "${expression}"`, timeZone }, at(from));
      const found = nextRuns(job, at(from), 20).filter((time) => time <= at(to));
      assert.equal(iso(found), due);
    });
  }
});
