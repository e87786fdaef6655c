import { ArtistError, answering, display, nearest } from '../core/index.ts';

/** The zone of this machine, an IANA name. */
export function localTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * The name as the zone database spells it: `europe/berlin` -> `Europe/Berlin`.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT with the nearest known name
 */
export const checkTimeZone = answering('checkTimeZone', (name: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    const city = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1);
    const zones = Intl.supportedValuesOf('timeZone');
    const meant = nearest(name, zones) ?? zones.find((zone) => city(zone).toLowerCase() === city(name).toLowerCase().replaceAll(' ', '_'));
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `timeZone: expected a name of the IANA zone database such as Europe/Berlin or UTC, got ${display(name)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
      { cause: error },
    );
  }
});

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let known = formatters.get(timeZone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
    formatters.set(timeZone, known);
  }
  return known;
}

function partsOf(ms: number, timeZone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = formatter(timeZone).formatToParts(ms);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

/** Minutes since midnight that the wall clock of `timeZone` shows at `ms`, 0..1439. */
export function minuteOfDay(ms: number, timeZone: string): number {
  const part = partsOf(ms, timeZone);
  return Number(part('hour')) * 60 + Number(part('minute'));
}

/** The calendar day there, `2026-03-29`. */
export function localDay(ms: number, timeZone: string): string {
  const part = partsOf(ms, timeZone);
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** `Sun 2026-03-29 03:00 +02:00`: a moment for people, in the zone of the job. */
export function formatMoment(ms: number, timeZone: string): string {
  const part = partsOf(ms, timeZone);
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  return `${part('weekday')} ${localDay(ms, timeZone)} ${part('hour')}:${part('minute')} ${offset}`;
}

/** By how much the wall clock there is ahead of UTC at `ms`. */
export function offsetMinutes(ms: number, timeZone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(formatMoment(ms, timeZone)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** So many calendar days later, at the same time of the wall clock. */
export function daysLater(ms: number, days: number, timeZone: string): number {
  const later = ms + days * 86_400_000;
  return later + (offsetMinutes(ms, timeZone) - offsetMinutes(later, timeZone)) * 60_000;
}
