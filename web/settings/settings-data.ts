/** The settings of the server, and what a person has changed but not saved yet. Changes stay while one looks at other parts of the page. */
import { computed, signal } from '@preact/signals';
import type { FormRow } from '../../lib/server/api/settings/form-row.ts';
import type { SettingSection } from '../../lib/server/api/settings/setting-form.ts';
import type { Setting } from '../../lib/server/api/settings/setting-routes.ts';
import { ApiError, ask } from '../api/client.ts';

export type { FormRow, Setting, SettingSection };

type Edits = ReadonlyMap<string, unknown>;

export const sections = signal<readonly SettingSection[] | undefined>(undefined);
export const settings = signal<ReadonlyMap<string, Setting>>(new Map());
export const loadError = signal<ApiError | undefined>(undefined);
/** By key; undefined: back to the default. */
export const edits = signal<Edits>(new Map());
/** What the server says of the edited values, by key. */
export const problems = signal<Readonly<Record<string, string>>>({});
/** Keys that somebody else changed while they were edited here. */
export const conflicts = signal<ReadonlySet<string>>(new Set());
/** Number of settings for whose values the server must be started again. */
export const waiting = computed(() => [...settings.value.values()].filter(({ waits }) => waits).length);

interface SettingsAnswer {
  settings: Setting[];
}

function take(answer: SettingsAnswer): void {
  settings.value = new Map(answer.settings.map((one) => [one.key, one]));
}

/** Reads the settings, whose values may have been changed elsewhere; the edits stay. */
export async function loadSettings(): Promise<void> {
  try {
    const [form, values] = await Promise.all([
      sections.peek() ?? ask<{ sections: SettingSection[] }>('settings/form').then((answer) => answer.sections),
      ask<SettingsAnswer>('settings'),
    ]);
    sections.value = form;
    take(values);
    loadError.value = undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    loadError.value = error;
  }
}

const isFromFile = ({ from }: Setting): boolean => from === 'file';

/** The value in config.yaml or a variable; undefined: the default is in force. */
export const savedValue = (key: string): unknown => {
  const found = settings.value.get(key);
  return found === undefined || !found.isSet ? undefined : (found.value ?? undefined);
};
/** The value as the form shows it. */
export const shownValue = (key: string): unknown => (edits.value.has(key) ? edits.value.get(key) : savedValue(key));

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function edit(key: string, value: unknown): void {
  const next = new Map(edits.peek());
  const { secret = false, isSet = false } = settings.peek().get(key) ?? {};
  const isUnchanged = secret ? value === undefined && !isSet : isSame(value, savedValue(key));
  if (isUnchanged) next.delete(key);
  else next.set(key, value);
  edits.value = next;
  scheduleCheck();
}

/** Takes edits back; those of conflicts too. */
export function discard(keys: readonly string[]): void {
  edits.value = new Map([...edits.peek()].filter(([key]) => !keys.includes(key)));
  conflicts.value = new Set([...conflicts.peek()].filter((key) => !keys.includes(key)));
  scheduleCheck();
}

const checkAfterMs = 250;
let timer: number | undefined;
let checks = 0;

function scheduleCheck(): void {
  clearTimeout(timer);
  timer = window.setTimeout(check, checkAfterMs);
}

/** Asks the server whether the edited values are valid. */
async function check(): Promise<void> {
  const values = Object.fromEntries([...edits.peek()].filter(([, value]) => value !== undefined));
  checks += 1;
  const own = checks;
  const isEmpty = Object.keys(values).length === 0;
  try {
    const found = isEmpty
      ? {}
      : (await ask<{ problems: Record<string, string> }>('settings/check', { method: 'POST', body: { values } })).problems;
    if (own === checks) problems.value = found;
  } catch {
    // What cannot be checked now is checked when it is saved, and a server that is away is told elsewhere.
    if (own === checks) problems.value = {};
  }
}

const change = async (values: Record<string, unknown>, expected: Record<string, unknown>): Promise<void> =>
  take(await ask<SettingsAnswer>('settings', { method: 'PATCH', body: { values, expected } }));

/**
 * Saves edits of these keys. If somebody changed one of them meanwhile, nothing is saved: the new values are read, and the keys are `conflicts`.
 *
 * @returns how to take the change back; undefined: a secret was changed, which cannot be
 * @throws ApiError
 */
export async function save(keys: readonly string[]): Promise<(() => Promise<void>) | undefined> {
  const before = settings.peek();
  const own = [...edits.peek()].filter(([key]) => keys.includes(key));
  const plain = own.map(([key]) => key).filter((key) => before.get(key)?.secret !== true);
  const seen = Object.fromEntries(plain.map((key) => [key, before.get(key)?.value ?? null]));
  try {
    await change(Object.fromEntries(own.map(([key, value]) => [key, value ?? null])), seen);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'ERR_CHANGED')) throw error;
    await loadSettings();
    conflicts.value = new Set(plain.filter((key) => !isSame(settings.peek().get(key)?.value ?? null, seen[key])));
    return undefined;
  }
  discard(own.map(([key]) => key));
  if (plain.length < own.length) return undefined;
  const earlier = plain.flatMap((key) => before.get(key) ?? []);
  return () => change(Object.fromEntries(earlier.map((one) => [one.key, isFromFile(one) ? one.value : null])), {});
}
