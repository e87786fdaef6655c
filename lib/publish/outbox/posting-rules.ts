import type { QuietHours, Timing } from '../../schedule/index.ts';

/** Times at which posts go out, one each: of a calendar, or those of day that brought most so far. */
export type PostingTimes = readonly Timing[] | 'best';

/** The owner's rules for posting; `publish` in config.yaml. */
export interface PostingRules {
  /** Most posts of an account in 24 hours; with `times` on one day of the calendar. */
  perDay: number;
  /** Minutes between two posts of an account. */
  minutesBetween: number;
  quietHours?: QuietHours | undefined;
  /** IANA name. */
  timeZone: string;
  /** When posts without a wished time go out, one at each. Default: as soon as the other rules permit. */
  times?: PostingTimes | undefined;
  /** Most US dollars that the posts of an account may cost in 30 days. */
  dollarsPerMonth: number;
}
