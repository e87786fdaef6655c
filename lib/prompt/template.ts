import { ArtistError, answering, nearest, type RandomSource } from '../core/index.ts';
import type { DerivedChoice } from './derivation.ts';
import { drawWeighted, offeredOf } from './draw.ts';
import { mostCharacters, parseTemplate, type TemplateNode } from './template-parser.ts';

/** Word lists by name: the lines that parseWordList() read. */
export type WordLists = ReadonlyMap<string, readonly { value: string; weight: number }[]>;

/** The entries of a word list: one per line, without empty lines and comments (#); a prefix such as `2::` is the weight. */
export const parseWordList = answering('parseWordList', (text: string): { value: string; weight: number }[] => {
  return text.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, weight, value] = /^(\d+(?:\.\d+)?|\.\d+)::(.*)$/.exec(trimmed) ?? [];
    return [weight === undefined || value === undefined ? { value: trimmed, weight: 1 } : { value: value.trim(), weight: Number(weight) }];
  });
});

/** Maximum depth of lists that refer to one another. */
const mostLists = 16;
/** Maximum number of decisions in one prompt. */
const mostChoices = 500;

export interface ExpandOptions {
  chance: RandomSource;
  lists?: WordLists;
  values?: Readonly<Record<string, string>>;
  /** Name of the text, for errors. Default "prompt". */
  name?: string;
}

export interface Expanded {
  text: string;
  choices: DerivedChoice[];
}

class Expansion {
  readonly choices: DerivedChoice[] = [];
  readonly #values: Map<string, string>;
  readonly #chance: RandomSource;
  readonly #lists: WordLists;

  constructor({ chance, lists = new Map(), values = {} }: ExpandOptions) {
    this.#chance = chance;
    this.#lists = lists;
    this.#values = new Map(Object.entries(values));
  }

  /** `open`: the lists whose lines these nodes are part of. */
  text(nodes: readonly TemplateNode[], name: string, open: readonly string[] = []): string {
    let text = '';
    for (const node of nodes) {
      text += this.#one(node, name, open);
      if (text.length > mostCharacters)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at most ${mostCharacters} characters when expanded, got more`);
    }
    return text;
  }

  #one(node: TemplateNode, name: string, open: readonly string[]): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'value':
        return this.#values.get(node.name) ?? this.#unknown(name, `{${node.name}}`, 'value', node.name, [...this.#values.keys()]);
      case 'alternatives':
        return this.#alternatives(node, name, open);
      case 'condition':
        return this.#condition(node, name, open);
      case 'wildcard':
        return this.#wildcard(node.name, name, open);
    }
  }

  #unknown(name: string, shown: string, what: string, asked: string, known: readonly string[]): never {
    const guess = nearest(asked, known);
    const there = known.length > 0 ? `There: ${known.slice(0, 20).join(', ')}` : 'There is none';
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected a ${what} that is there, got ${shown}. ${guess === undefined ? there : `Did you mean ${guess}?`}`,
    );
  }

  #record(choice: DerivedChoice, name: string): void {
    this.choices.push(choice);
    if (this.choices.length > mostChoices)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at most ${mostChoices} choices in one prompt, got more`);
  }

  #alternatives({ source, options }: Extract<TemplateNode, { kind: 'alternatives' }>, name: string, open: readonly string[]): string {
    const offered = options.map(({ weight, source: value }) => ({ value, weight }));
    const { index, how, draw } = drawWeighted(offered, this.#chance, `${name}: ${source}`);
    const chosen = options[index];
    if (options.length > 1)
      this.#record(
        { what: 'alternative', how, chosen: chosen?.source ?? '', ...(draw !== undefined && { draw }), ...offeredOf(offered) },
        name,
      );
    return this.text(chosen?.nodes ?? [], name, open);
  }

  #condition(node: Extract<TemplateNode, { kind: 'condition' }>, name: string, open: readonly string[]): string {
    const value = this.#values.get(node.name) ?? '';
    const holds = (node.equals === undefined ? value !== '' : value.toLowerCase() === node.equals.toLowerCase()) !== node.not;
    this.#record(
      {
        what: 'condition',
        name: `${node.not ? '!' : ''}${node.name}${node.equals === undefined ? '' : `=${node.equals}`}`,
        how: 'only',
        chosen: String(holds),
        of: 1,
      },
      name,
    );
    return this.text(holds ? node.yes : node.no, name, open);
  }

  #wildcard(list: string, name: string, open: readonly string[]): string {
    const entries = this.#lists.get(list);
    if (!entries) return this.#unknown(name, `__${list}__`, 'word list', list, [...this.#lists.keys()]);
    const path = [...open, list].map((each) => `__${each}__`).join(' → ');
    if (open.includes(list))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected word lists that end somewhere, got a circle: ${path}`);
    if (open.length >= mostLists)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected word lists at most ${mostLists} deep, got ${path}`);
    const { index, how, draw } = drawWeighted(entries, this.#chance, `${name}: __${list}__`);
    const chosen = entries[index]?.value ?? '';
    this.#record({ what: 'wildcard', name: list, how, chosen, ...(draw !== undefined && { draw }), ...offeredOf(entries) }, name);
    const text = this.text(parseTemplate(chosen, `${name}: __${list}__`), name, [...open, list]);
    this.#values.set(list, text);
    return text;
  }
}

/**
 * Expands every alternative, word list and condition of a text, from left to right. The same random numbers give the same text.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: unclosed braces; an unknown list or value, with the nearest name; circular lists
 */
export const expandTemplate = answering('expandTemplate', (text: string, options: ExpandOptions): Expanded => {
  const { name = 'prompt' } = options;
  const expansion = new Expansion(options);
  const expanded = expansion.text(parseTemplate(text, name), name);
  return { text: expanded, choices: expansion.choices };
});
