/** Times as a person reads them in a terminal: in the zone of this machine, which is said. `--json` has ISO 8601 in UTC. */
import { formatMinute, localDay, shownTimeZone } from '../../lib/schedule/index.ts';

const millis = (time: number | string): number => (typeof time === 'number' ? time : Date.parse(time));

/** `2026-12-03 08:00 +01:00`. @param time milliseconds since 1970, or ISO 8601 */
export function shownTime(time: number | string): string {
  return formatMinute(millis(time), shownTimeZone());
}

/** The day of this machine at that time: `2026-12-03`. @param time milliseconds since 1970, or ISO 8601 */
export function shownDay(time: number | string): string {
  return localDay(millis(time), shownTimeZone());
}
