/** What a person who types a prompt may mean: styles, word lists, LoRAs with their trigger words, and tags of the gallery. */
import { ask } from '../../api/client.ts';

export interface Suggestion {
  kind: 'style' | 'list' | 'lora' | 'tag';
  label: string;
  /** Said beside it: a phrase, trigger words, a few words of a list. */
  about: string;
  /** Takes the place of what was typed. */
  text: string;
}

/** The part of a prompt that is being typed. */
export interface Typed {
  from: number;
  to: number;
  kind: 'word' | 'list' | 'lora';
  text: string;
}

const least = 2;

/** What is typed before the cursor; undefined: nothing that could be completed. */
export function typedAt(prompt: string, cursor: number): Typed | undefined {
  const before = prompt.slice(0, cursor);
  const lora = /<(?:l(?:o(?:r(?:a(?::([^<>:]*))?)?)?)?)?$/.exec(before);
  if (lora) return { from: lora.index, to: cursor, kind: 'lora', text: lora[1] ?? '' };
  const list = /__([\w/-]*)$/.exec(before);
  if (list) return { from: list.index, to: cursor, kind: 'list', text: list[1] ?? '' };
  const part = /[^,\n(){}|<>:]*$/.exec(before)?.[0].trimStart() ?? '';
  // The last words of the part, so that "a fox, flat v" and "a fox in flat v" both find "flat vector art".
  return part.length < least ? undefined : { from: cursor - part.length, to: cursor, kind: 'word', text: part };
}

interface Lora {
  name: string;
  title: string | null;
  triggers: string[];
  problem: string | null;
}
interface Lists {
  styles: { name: string; phrase: string | null }[];
  wildcards: { name: string; words: number; sample: string[] }[];
  tags: { name: string; works: number }[];
}

let lists: Promise<Lists> | undefined;
/** Styles, lists and tags are few: they are read once for each visit of the studio. */
export function forgetLists(): void {
  lists = undefined;
}

function readLists(): Promise<Lists> {
  lists ??= Promise.all([
    ask<Pick<Lists, 'styles'>>('styles', { query: { limit: 5000 } }),
    ask<Pick<Lists, 'wildcards'>>('wildcards', { query: { limit: 5000 } }),
    ask<Pick<Lists, 'tags'>>('tags'),
  ]).then(([styles, wildcards, tags]) => ({ ...styles, ...wildcards, ...tags }));
  lists.catch(forgetLists);
  return lists;
}

const mostLoras = 8;
const mostShown = 10;

/** The weight that this LoRA had in the last prompt with it; 1: none had it. */
function usualWeight(name: string, history: readonly string[]): string {
  for (const prompt of history) {
    const at = prompt.indexOf(`<lora:${name}:`);
    const weight = at < 0 ? undefined : /^[-\d.]+/.exec(prompt.slice(at + name.length + 7))?.[0];
    if (weight !== undefined) return weight;
  }
  return '1';
}

function loraSuggestion({ name, title, triggers }: Lora, history: readonly string[]): Suggestion {
  const words = triggers.slice(0, 3).join(', ');
  const tag = `<lora:${name}:${usualWeight(name, history)}>`;
  return { kind: 'lora', label: title ?? name, about: words, text: words === '' ? tag : `${tag} ${words}` };
}

/** Whether a text has a word that begins with what was typed; better matches are smaller. */
function rank(text: string, typed: string): number {
  const lower = text.toLowerCase();
  if (lower.startsWith(typed)) return 0;
  return lower.includes(` ${typed}`) ? 1 : lower.includes(typed) ? 2 : 3;
}

function best<T>(items: readonly T[], textOf: (item: T) => string, typed: string): T[] {
  return items
    .map((item) => ({ item, at: rank(textOf(item), typed) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Tries the whole part, then its last words. */
function bestTail<T>(items: readonly T[], textOf: (item: T) => string, text: string): { found: T[]; tail: string } {
  const words = text.toLowerCase().split(/ +/);
  for (let from = Math.max(0, words.length - 3); from < words.length; from++) {
    const tail = words.slice(from).join(' ');
    const found = tail.length < least ? [] : best(items, textOf, tail);
    if (found.length > 0) return { found, tail };
  }
  return { found: [], tail: '' };
}

export interface Suggested {
  typed: Typed;
  suggestions: Suggestion[];
}

/**
 * Suggestions for what is typed. LoRAs are asked for with each key, because there may be thousands.
 *
 * @param history prompts, newest first, from which the usual weight of a LoRA is taken
 * @throws ApiError; the signal's reason
 */
export async function suggest(typed: Typed, history: readonly string[], signal: AbortSignal): Promise<Suggested> {
  const { kind, text } = typed;
  const lastWord = text.split(/ +/).at(-1) ?? '';
  const wantsLoras = kind === 'lora' || (kind === 'word' && lastWord.length > least);
  const [{ styles, wildcards, tags }, { loras }] = await Promise.all([
    readLists(),
    wantsLoras
      ? ask<{ loras: Lora[] }>('loras', { query: { q: kind === 'lora' ? text : lastWord, limit: mostLoras }, signal })
      : { loras: [] as Lora[] },
  ]);
  const usable = loras.filter(({ problem }) => problem === null).map((lora) => loraSuggestion(lora, history));
  if (kind === 'lora') return { typed, suggestions: usable };
  const wanted = kind === 'list' ? text.toLowerCase() : lastWord.toLowerCase();
  const listed = best(wildcards, ({ name }) => name, wanted).map(
    ({ name, sample }): Suggestion => ({ kind: 'list', label: `__${name}__`, about: sample.slice(0, 4).join(', '), text: `__${name}__` }),
  );
  if (kind === 'list') return { typed, suggestions: listed.slice(0, mostShown) };
  const words = [
    ...styles.map(({ name, phrase }): Suggestion => ({ kind: 'style', label: name, about: phrase ?? '', text: phrase ?? name })),
    ...tags.map(
      ({ name, works }): Suggestion => ({
        kind: 'tag',
        label: name.replaceAll('-', ' '),
        about: String(works),
        text: name.replaceAll('-', ' '),
      }),
    ),
  ];
  const { found, tail } = bestTail(words, ({ label }) => label, text);
  const from = typed.to - (tail === '' ? lastWord.length : tail.length);
  const shown = tail === '' ? [] : found.filter(({ label }) => label.toLowerCase() !== tail);
  return { typed: { ...typed, from }, suggestions: [...shown.slice(0, mostShown - Math.min(usable.length, 4)), ...usable.slice(0, 4)] };
}
