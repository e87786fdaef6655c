import { numberAt, textAt } from '../recipes/json-fields.ts';
import { chosenInputs, type Graph, inputOf, linked, type Node } from './graph.ts';

/** Values that come through links: from primitives, strings, joined strings, seeds and wildcard nodes. */

const singleKeys = [
  'value',
  'populated_text',
  'text',
  'string',
  'Text',
  'String',
  'prompt',
  'wildcard_text',
  'str',
  'content',
  'text_0',
] as const;
const part = /^(?:text|string|prompt|str|input|value)[ _]?(?:[a-z]|\d{1,2})$/i;
const delimiters = ['delimiter', 'separator', 'separater', 'sep', 'joiner'] as const;
const maxDepth = 50;
/** Limit of joined texts per recipe: fifty nodes that each join an input with itself would double the text each time. */
const maxEvaluations = 5_000;
const maxTextLength = 1_000_000;

export class Values {
  readonly #graph: Graph;
  #left = maxEvaluations;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The text of an input, its own or the one its link leads to. */
  text(node: Node | undefined, input: string, depth = 0): string | undefined {
    if (depth > maxDepth || this.#left-- <= 0) return undefined;
    const source = linked(this.#graph, node, input);
    const text = source === undefined ? textAt(node?.inputs, input) : this.#textOf(source, input, depth + 1);
    return text !== undefined && text.length <= maxTextLength ? text : undefined;
  }

  #textOf(node: Node, input: string, depth: number): string | undefined {
    const { type } = node;
    const joined = /concat|join|combine|append|merge|StringFunction/i.test(type) ? this.#joined(node, depth) : undefined;
    if (joined !== undefined) return joined;
    const own = (...names: string[]): string | undefined => {
      for (const name of names) {
        const text = this.text(node, name, depth);
        if (text !== undefined) return text;
      }
      return undefined;
    };
    if (/replace/i.test(type) && inputOf(node, 'find') !== undefined) {
      const find = own('find');
      const text = own('string', 'text');
      return find === undefined ? text : text?.split(find).join(own('replace') ?? '');
    }
    if (type === 'StringTrim') return own('string')?.trim();
    if (type === 'CaseConverter') return inCase(own('string'), textAt(node.inputs, 'mode'));
    if (/switch|selector/i.test(type)) return own(...chosenInputs(node));
    return own(...singleKeys, input, 'positive', 'text_positive', ...chosenInputs(node).filter((name) => /^$|^any|^input/i.test(name)));
  }

  #joined(node: Node, depth: number): string | undefined {
    const names = Object.keys(node.inputs).filter((name) => part.test(name));
    if (names.length === 0) return undefined;
    names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const isCore = node.type === 'StringConcatenate';
    const texts = names.map((name) => this.text(node, name, depth)).filter((text) => text !== undefined && text !== '');
    const name = delimiters.find((key) => inputOf(node, key) !== undefined);
    const given = name === undefined ? undefined : this.text(node, name, depth);
    const tidy = textAt(node.inputs, 'tidy_tags') === 'yes' ? ', ' : '';
    // Node packs interpret a typed "\n"; ComfyUI's own node uses the text unchanged.
    const delimiter = given === undefined ? tidy : isCore ? given : given.replaceAll('\\n', '\n');
    const length = texts.reduce((sum, text) => sum + (text?.length ?? 0) + delimiter.length, 0);
    return texts.length === 0 || length > maxTextLength ? undefined : texts.join(delimiter);
  }

  /** The number of the first input that has one, its own or through its link. */
  number(node: Node | undefined, ...inputs: string[]): number | undefined {
    for (const input of inputs) {
      const found = this.#numberAt(node, input, 0);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #numberAt(node: Node | undefined, input: string, depth: number): number | undefined {
    if (depth > maxDepth || this.#left-- <= 0) return undefined;
    const source = linked(this.#graph, node, input);
    if (source === undefined) return numberAt(node?.inputs, input);
    const keys = ['value', input, 'seed', 'noise_seed', 'int', 'float', 'number', 'Value', 'Number', 'INT', 'FLOAT', 'a'];
    const passing = chosenInputs(source).filter((name) => /^$|^any|^input/i.test(name));
    for (const key of [...keys, ...passing]) {
      const found = this.#numberAt(source, key, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A safe integer of at least `minimum`. */
  whole(minimum: number, node: Node | undefined, ...inputs: string[]): number | undefined {
    const value = this.number(node, ...inputs);
    return value !== undefined && Number.isSafeInteger(value) && value >= minimum ? value : undefined;
  }
}

function inCase(text: string | undefined, mode: string | undefined): string | undefined {
  if (mode === 'UPPERCASE') return text?.toUpperCase();
  return mode === 'lowercase' ? text?.toLowerCase() : text;
}
