import { readFileSync, realpathSync } from 'node:fs';
import { ArtistError, answering, display, nearest, systemCode } from '../../core/index.ts';

/**
 * The zone of this machine, an IANA name: the environment variable TZ as the C library reads it, else the system's.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: neither TZ nor the system names a usable zone
 */
export function localTimeZone(): string {
  const { TZ } = process.env;
  return TZ === undefined ? zoneOfSystem() : zoneOfVariable(TZ);
}

/** The zone in which to show times: localTimeZone(), or UTC if that throws. */
export function shownTimeZone(): string {
  try {
    return localTimeZone();
  } catch {
    return 'UTC';
  }
}

function zoneOfSystem(): string {
  const name: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (name !== undefined && name !== 'Etc/Unknown' && isTimeZone(name)) return name;
  return (
    zoneOfFile('/etc/localtime') ??
    refuseLocal('the time zone of this machine', 'an /etc/localtime that names a zone', display(name ?? 'none'))
  );
}

function refuseLocal(name: string, expected: string, got: string): never {
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${name}: expected ${expected}, got ${got}. Set TZ to a name such as Europe/Berlin, or give --tz`,
  );
}

/** tzset(3): a name, `:name`, a path, or `STD offset [DST …]` of POSIX; empty is UTC. */
function zoneOfVariable(value: string): string {
  const name = value.startsWith(':') ? value.slice(1) : value;
  if (name === '') return 'UTC';
  const found = name.startsWith('/')
    ? zoneOfFile(name)
    : (zoneOfName(name) ?? zoneOfPosix(name) ?? zoneOfFile(`/usr/share/zoneinfo/${name}`));
  if (found !== undefined) return found;
  const meant = nearestZone(name);
  return refuseLocal(
    'TZ',
    'a name of the zone database, :/etc/localtime, or a fixed offset such as <+03>-3',
    `${display(value)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
  );
}

/** The C library is case-sensitive. */
function zoneOfName(name: string): string | undefined {
  if (!isTimeZone(name)) return undefined;
  const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  return known !== name && known.toLowerCase() === name.toLowerCase() ? undefined : known;
}

/** `<+03>-3` is three hours before UTC, that is Etc/GMT-3: both count westwards. Zones with summer-time rules have no such name. */
function zoneOfPosix(text: string): string | undefined {
  const [, sign = '', hours = '', minutes = '0', seconds = '0'] =
    /^(?:[A-Za-z]{3,}|<[\w+-]{3,}>)([+-]?)(\d{1,2})(?::(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (hours === '' || Number(minutes) + Number(seconds) !== 0) return undefined;
  const west = (sign === '-' ? -1 : 1) * Number(hours);
  if (west === 0) return 'UTC';
  const name = `Etc/GMT${west < 0 ? '-' : '+'}${Math.abs(west)}`;
  return isTimeZone(name) ? name : undefined;
}

/** The zone of a database file, from its path with links followed, or from the name Debian stores beside a copy. */
function zoneOfFile(path: string): string | undefined {
  try {
    const place = realpathSync(path);
    const [, name] = /\/zoneinfo(?:\.default)?\/(?:posix\/|right\/|uclibc\/)?(.+)$/.exec(place) ?? [];
    if (name !== undefined && isTimeZone(name)) return name;
    if (place === '/etc/localtime') return zoneOfName(readFileSync('/etc/timezone', 'utf8').trim());
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // missing or unreadable: it names no zone
  }
  return undefined;
}

/**
 * Corrects the spelling to that of the zone database: `europe/berlin` -> `Europe/Berlin`.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT with the nearest known name
 */
export const checkTimeZone = answering('checkTimeZone', (name: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    const meant = nearestZone(name);
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `timeZone: expected a name of the IANA zone database such as Europe/Berlin or UTC, got ${display(name)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
      { cause: error },
    );
  }
});

function nearestZone(name: string): string | undefined {
  const city = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1);
  const zones = Intl.supportedValuesOf('timeZone');
  return nearest(name, zones) ?? zones.find((zone) => city(zone).toLowerCase() === city(name).toLowerCase().replaceAll(' ', '_'));
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Shows unknown zones in UTC: a record from another machine must not prevent showing the others. */
function formatter(timeZone: string): Intl.DateTimeFormat {
  let known = formatters.get(timeZone);
  if (!known) {
    if (!isTimeZone(timeZone)) return formatter('UTC');
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

/** `2026-03-29 03:00 +02:00`: a time in a zone. */
export function formatMinute(ms: number, timeZone: string): string {
  const part = partsOf(ms, timeZone);
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  return `${localDay(ms, timeZone)} ${part('hour')}:${part('minute')} ${offset}`;
}

/** `Sun 2026-03-29 03:00 +02:00`: formats a time in the zone of the job. */
export function formatMoment(ms: number, timeZone: string): string {
  return `${partsOf(ms, timeZone)('weekday')} ${formatMinute(ms, timeZone)}`;
}

/** The offset of the wall clock from UTC at `ms`. */
export function offsetMinutes(ms: number, timeZone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(formatMoment(ms, timeZone)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The same wall-clock time some calendar days later. */
export function daysLater(ms: number, days: number, timeZone: string): number {
  const later = ms + days * 86_400_000;
  return later + (offsetMinutes(ms, timeZone) - offsetMinutes(later, timeZone)) * 60_000;
}
