import { list, number, text } from '../flags.ts';

const same = (value: string): string => value;

/** What `simulate` takes. */
export const simulateFlags = {
  days: number('Number of days, 1..3660. Default: 90'),
  start: text('First moment: YYYY-MM-DD or YYYY-MM-DDTHH:MM in the time zone, or with Z or an offset. Default: the start of today'),
  job: list('Replaces the schedule of the home: "daily 09:00", in the form of schedule add; may be given several times', undefined, same),
  tz: text("IANA time zone of --job, --start, --down and the day counts. Default: this machine's"),
  down: list('FROM..TO: an outage after a clean stop; may be given several times', undefined, same),
  kill: list('FROM..TO: an outage that begins with a kill in the middle of a work; may be given several times', undefined, same),
  seconds: number('Mean seconds of a work; each takes between half and one and a half of it. Default: 60'),
  'failure-rate': number('Share of the tries that fail, 0..1. Default: 0.02'),
  seed: number('Seed of durations and failures. Default: 0'),
} as const;

/** Flag of each wish of a simulation. */
export const simulateNames: ReadonlyMap<string, string> = new Map([
  ...['days', 'start', 'seconds', 'seed', 'down', 'kill'].map((name): [string, string] => [name, `--${name}`]),
  ['jobs', '--job'],
  ['timeZone', '--tz'],
  ['failureRate', '--failure-rate'],
]);
