import { minuteOfDay } from '../../schedule/index.ts';
import type { Standing } from './standing.ts';

/** What posting in an hour of the day brings, in standard deviations of posts of the account. */
export interface HourEffect {
  /** 0..23, on the wall clock. */
  hour: number;
  mean: number;
  /** Standard deviation of the mean: large where there are few posts. */
  deviation: number;
  /** Posts that went out in this hour. */
  posts: number;
}

export interface HourEffects {
  hours: HourEffect[];
  /** The hour of a moment, milliseconds since 1970. */
  of: (at: number) => HourEffect | undefined;
}

const hoursOfDay = 24;
/** Neighbouring hours count: the standard deviation of the window, hours. */
const width = 1;
/** Posts that a figure must outweigh: so many are assumed to have done as the guess says. */
const prior = 4;
/** Before there are figures: most people sleep. */
const guess = (hour: number): number => (hour < 7 ? -0.5 : 0);

/**
 * The effect of each hour: a mean over the posts of that hour and its neighbours, drawn towards the guess as if four posts had confirmed it.
 *
 * @param timeZone IANA name
 */
export function hourEffects(standings: readonly Standing[], timeZone: string): HourEffects {
  const placed = standings.map(({ at, value }) => ({ minute: minuteOfDay(at, timeZone), value }));
  const hours = Array.from({ length: hoursOfDay }, (_, hour) => effectOf(hour, placed));
  return { hours, of: (at) => hours[Math.floor(minuteOfDay(at, timeZone) / 60)] };
}

function effectOf(hour: number, placed: readonly { minute: number; value: number }[]): HourEffect {
  let [sum, count, posts] = [prior * guess(hour), prior, 0];
  for (const { minute, value } of placed) {
    const straight = Math.abs(minute / 60 - (hour + 0.5));
    const away = Math.min(straight, hoursOfDay - straight);
    const weight = Math.exp(-0.5 * (away / width) ** 2);
    sum += weight * value;
    count += weight;
    if (Math.floor(minute / 60) === hour) posts++;
  }
  return { hour, mean: sum / count, deviation: 1 / Math.sqrt(count), posts };
}
