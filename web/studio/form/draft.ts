/** What the form of the studio holds. It is kept in the browser, and comes from an address where that names a work or a prompt. */
import { computed, effect, signal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { hasFields, readStored, store } from '../../parts/storage.ts';
import { flattened, type Kind, type Options, optionsOfJob, readRows, rowsOf } from './options.ts';

export interface Draft {
  kind: Kind;
  prompt: string;
  /** '': that of the settings. */
  model: string;
  options: Options;
  /** Options of loading a model that a recipe brought along. */
  load?: Record<string, unknown>;
}

const empty: Draft = { kind: 'generate', prompt: '', model: '', options: {} };

/** What is kept may be of another version, or changed by hand. */
function checked(found: unknown): Draft {
  if (found === null || typeof found !== 'object') return empty;
  const { kind, prompt, model, options, load } = found as Partial<Draft>;
  return {
    kind: kind === 'create' ? 'create' : 'generate',
    prompt: typeof prompt === 'string' ? prompt : '',
    model: typeof model === 'string' ? model : '',
    options: options !== null && typeof options === 'object' ? options : {},
    ...(load !== null && typeof load === 'object' && { load }),
  };
}

export const draft = signal<Draft>(checked(readStored('local', 'draft', hasFields<object>({}))));
/** Number of options that differ from their default. */
export const changes = computed(() => Object.keys(draft.value.options).length);

export function change(part: Partial<Draft>): void {
  draft.value = { ...draft.value, ...part };
}

export function setOption(name: string, value: unknown): void {
  const { [name]: _, ...others } = draft.value.options;
  change({ options: value === undefined || value === '' ? others : { ...others, [name]: value } });
}

export function resetOptions(names: readonly string[]): void {
  const kept = Object.entries(draft.value.options).filter(([name]) => !names.includes(name));
  change({ options: Object.fromEntries(kept) });
}

export function load(found: unknown): void {
  draft.value = checked(found);
}

const keepMs = 300;
let timer: number | undefined;
let isKept = false;
/** Keeps the form from now on, a moment after each change. */
export function keepDraft(): void {
  if (isKept) return;
  isKept = true;
  const keep = (): void => {
    clearTimeout(timer);
    timer = undefined;
    store('local', 'draft', draft.peek());
  };
  effect(() => {
    draft.value;
    clearTimeout(timer);
    timer = window.setTimeout(keep, keepMs);
  });
  addEventListener('pagehide', keep);
}

/** The job that the form describes, without its pictures. */
export function requestOf({ kind, prompt, model, options, load: loading }: Draft): Record<string, unknown> {
  return {
    kind,
    ...(prompt.trim() !== '' && { prompt }),
    ...(model !== '' && { model }),
    ...(loading && kind === 'generate' && { load: loading }),
    options: optionsOfJob(options, rowsOf(kind) ?? []),
  };
}

interface RecipeOptions {
  model: string | null;
  load: Record<string, unknown>;
  options: Record<string, unknown>;
}

/** Fills the form as a work, a recipe or an infotext was painted. @throws ApiError */
export async function remix(source: { work: string } | { infotext: string } | { recipe: unknown }): Promise<void> {
  const [rows, { model, load: loading, options }] = await Promise.all([
    readRows('generate'),
    ask<RecipeOptions>('recipes/options', { method: 'POST', body: source }),
  ]);
  const { prompt, ...others } = flattened(options, rows);
  draft.value = {
    kind: 'generate',
    prompt: typeof prompt === 'string' ? prompt : '',
    model: model ?? '',
    options: others,
    ...(Object.keys(loading).length > 0 && { load: loading }),
  };
}

/** The form as a part of an address. */
export const draftQuery = ({ kind, prompt, model, options }: Draft): Record<string, string | undefined> => ({
  prompt,
  kind: kind === 'create' ? kind : undefined,
  model,
  options: Object.keys(options).length > 0 ? JSON.stringify(options) : undefined,
});

/** @returns undefined: the address describes no form */
export function draftOfQuery({ prompt, kind, model, options }: Readonly<Record<string, string>>): Draft | undefined {
  if (prompt === undefined && options === undefined) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(options ?? '{}');
  } catch {
    given = {};
  }
  return checked({ kind, prompt, model, options: given });
}
