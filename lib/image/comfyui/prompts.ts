import { readLoraTags } from '../recipes/lora-tags.ts';
import { carriesAnything, chosenInputs, type Graph, inputOf, linked, type Node } from './graph.ts';
import type { Values } from './values.ts';

/** The prompts behind a sampler's conditioning. */

export type Side = 'positive' | 'negative';

const textInputs = ['text', 'text_g', 'text_l', 'clip_l', 'clip_g', 't5xxl', 'bert', 'mt5xl', 'llama', 'prompt', 'wildcard_text'] as const;
const sideTexts: Record<Side, readonly string[]> = {
  positive: ['positive', 'text_positive', 'positive_prompt', 'prompt_positive', 'positive_text', 'positive_g', 'positive_l'],
  negative: ['negative', 'text_negative', 'negative_prompt', 'prompt_negative', 'negative_text', 'negative_g', 'negative_l'],
};
const isNegativeName = (name: string): boolean => /negative|^neg_|_neg$|uncond/i.test(name);
const isPositiveName = (name: string): boolean => !isNegativeName(name) && /positive|^pos_|_pos$|^cond/i.test(name);
/** Nodes that contain or produce a text, not a conditioning. */
const isTextNode = ({ type, inputs }: Node): boolean =>
  !Object.hasOwn(inputs, 'clip') &&
  !/encode|condition/i.test(type) &&
  /string|text|prompt|primitive|wildcard|concat|join|styler/i.test(type);

/** Inputs of a node for the conditioning of one side; none if the node does not separate sides. */
function sideInputs(node: Node, side: Side): string[] {
  const links = chosenInputs(node).filter((name) => Array.isArray(node.inputs[name]));
  const negative = links.filter(isNegativeName);
  if (side === 'negative' && negative.length > 0) return negative;
  const positive = links.filter(isPositiveName);
  // A node with a single conditioning passes either side on; one with both keeps them apart.
  const hasBoth = negative.length > 0 && positive.length > 0;
  return side === 'positive' || !hasBoth ? positive : [];
}

const maxVisited = 2_000;

export class Prompts {
  readonly #graph: Graph;
  readonly #values: Values;

  constructor(graph: Graph, values: Values) {
    this.#graph = graph;
    this.#values = values;
  }

  /** Nodes that feed one side of a sampler or guider; undefined if it has no such side. */
  starts(sampler: Node, side: Side): Node[] | undefined {
    const inputs = Object.keys(sampler.inputs).filter((name) => Array.isArray(sampler.inputs[name]));
    const named = inputs.filter(side === 'negative' ? isNegativeName : isPositiveName);
    const hasAny = inputs.some((name) => isNegativeName(name) || isPositiveName(name));
    const from = named.length > 0 ? named : hasAny ? [] : inputs.filter(carriesAnything);
    const nodes = from.map((name) => linked(this.#graph, sampler, name)).filter((node) => node !== undefined);
    return nodes.length > 0 ? nodes : undefined;
  }

  /** Nodes between the sampler and its encoders, encoders included, nearest first. Zeroed conditionings are left out. */
  nodes(sampler: Node, side: Side): Node[] {
    const found = new Set<Node>(this.starts(sampler, side) ?? []);
    for (const node of found) {
      if (found.size > maxVisited) break;
      if (/ZeroOut/i.test(node.type)) {
        found.delete(node);
        continue;
      }
      if (this.#texts(node, side).length > 0) continue;
      for (const name of this.#onward(node, side)) {
        const next = linked(this.#graph, node, name);
        if (next !== undefined) found.add(next);
      }
    }
    return [...found];
  }

  #onward(node: Node, side: Side): string[] {
    const named = sideInputs(node, side);
    if (named.length > 0) return named;
    const carried = chosenInputs(node).filter((name) => carriesAnything(name) || /^(?:a|b|cond|source|target)\w{0,3}$/i.test(name));
    return carried;
  }

  /** Texts that a node itself adds to a side. */
  #texts(node: Node, side: Side): string[] {
    if (isTextNode(node) && inputOf(node, 'text_positive') === undefined) return [];
    const given = (names: readonly string[]): string[] =>
      names.flatMap((name) => {
        const source = linked(this.#graph, node, name);
        if (source !== undefined && !isTextNode(source) && !isValueNode(source)) return [];
        const text = this.#values.text(node, name);
        return text === undefined ? [] : [text];
      });
    const both = [...sideTexts.positive, ...sideTexts.negative];
    if (both.some((name) => typeof inputOf(node, name) === 'string' || given([name]).length > 0)) return given(sideTexts[side]);
    if (!/encode|prompt|text/i.test(node.type) && inputOf(node, 'clip') === undefined) return [];
    // Wildcards: use the drawn text; tags in it load LoRAs.
    const populated = this.#values.text(node, 'populated_text');
    if (populated !== undefined) return [readLoraTags(populated).prompt.trim()];
    return textInputs.flatMap((name) => this.#values.text(node, name) ?? []);
  }

  /** The prompt of one side: each text once, without texts contained in another. */
  prompt(sampler: Node, side: Side): string | undefined {
    const texts = [...new Set(this.nodes(sampler, side).flatMap((node) => this.#texts(node, side)))].slice(0, 50);
    const whole = texts.filter((text) => !texts.some((other) => other !== text && other.includes(text)));
    return whole.length > 0 ? whole.join(', ') : undefined;
  }
}

/** A node of an unknown type that has only a value. */
function isValueNode({ type, inputs }: Node): boolean {
  return !/encode|condition|loader|control|apply|guidance/i.test(type) && !('clip' in inputs) && !('conditioning' in inputs);
}
