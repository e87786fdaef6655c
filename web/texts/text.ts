/** The texts of the page in one language: en.json. A translation is a file of the same keys. */
import { dayMs } from '../api/columns.ts';
import en from './en.json';

type Plural = { one: string; other: string };
export type TextKey = keyof typeof en;
export type Values = Readonly<Record<string, string | number>>;

const texts: Readonly<Record<TextKey, string | Plural>> = en;
const language = 'en';
const plurals = new Intl.PluralRules(language);
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' });
const months = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** A text with its `{places}` filled; `n` chooses the plural form. */
export function t(key: TextKey, values: Values = {}): string {
  const found = texts[key];
  const form = typeof found === 'string' ? found : found[plurals.select(Number(values['n'])) === 'one' ? 'one' : 'other'];
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? numberText(value, 3) : (value ?? '');
  });
}

/** Text that begins with a capital letter. */
export function sentence(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(language) + text.slice(first.length);
}

interface NumberForm {
  /** All digits, also zeros, so that numbers beside each other have the same form. */
  isFixed?: boolean;
  /** A plus before what is above 0. */
  isSigned?: boolean;
}
const numberForms = new Map<string, Intl.NumberFormat>();

/** A number for people, with a minus in place of the hyphen. @param digits after the point, at most */
export function numberText(value: number, digits = 0, { isFixed = false, isSigned = false }: NumberForm = {}): string {
  const key = `${digits} ${isFixed} ${isSigned}`;
  const form =
    numberForms.get(key) ??
    new Intl.NumberFormat(language, {
      minimumFractionDigits: isFixed ? digits : 0,
      maximumFractionDigits: digits,
      signDisplay: isSigned ? 'exceptZero' : 'negative',
    });
  numberForms.set(key, form);
  return form.format(value).replace('-', '\u2212');
}
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
/** 1500 is `1.5 kB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(byteUnits.length - 1, bytes >= 1000 ? Math.floor(Math.log10(bytes) / 3) : 0);
  return `${numberText(bytes / 1000 ** power, power === 0 ? 0 : 1)} ${byteUnits[power]}`;
}
export const timeText = (iso: string): string => dates.format(new Date(iso));
const weekdays = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
const monthNames = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
/** @param day days since 1970, UTC */
export const dayText = (day: number): string => days.format(day * dayMs);
/** @param day days since 1970, UTC */
export const monthText = (day: number): string => months.format(day * dayMs);
/** @param day days since 1970, UTC */
export const weekdayText = (day: number): string => weekdays.format(day * dayMs);
/** The month alone. @param day days since 1970, UTC */
export const monthName = (day: number): string => monthNames.format(day * dayMs);

const shortDays = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const shortMonths = new Intl.DateTimeFormat(language, { month: 'short', year: 'numeric', timeZone: 'UTC' });
/** `Nov 25`. @param day days since 1970, UTC */
export const shortDay = (day: number): string => shortDays.format(day * dayMs);
/** `Nov 2026`. @param day days since 1970, UTC */
export const shortMonth = (day: number): string => shortMonths.format(day * dayMs);

const zoned = (options: Intl.DateTimeFormatOptions): ((date: Date) => string) => {
  const format = new Intl.DateTimeFormat(language, options);
  return (date) => format.format(date);
};
/** In the time zone of the browser: `09:00`. */
export const localClock = zoned({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
export const localWeekday = zoned({ weekday: 'short' });
export const localDay = zoned({ weekday: 'short', day: 'numeric', month: 'short' });
export const localMonth = zoned({ month: 'long', year: 'numeric' });
