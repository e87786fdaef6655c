import { asObject, type JsonObject, objectAt, textAt } from '../recipes/json-fields.ts';

/**
 * ComfyUI stores its graph instead of a recipe: PNG `prompt` is {id: {class_type, inputs}}, where an input is a value or a link [id,
 * output]. Every walk records visited nodes and has a limit, because graphs are untrusted.
 */
export interface Node {
  id: string;
  type: string;
  inputs: JsonObject;
}

export type Graph = ReadonlyMap<string, Node>;

export const maxNodes = 20_000;
export const maxInputs = 500;
const maxWalk = 2_000;

/** The graph that ComfyUI ran (its API format). Muted and bypassed nodes are not in it. */
export function readGraph(json: JsonObject): Graph {
  const graph = new Map<string, Node>();
  for (const [id, value] of Object.entries(json).slice(0, maxNodes)) {
    const node = asObject(value);
    const type = textAt(node, 'class_type');
    if (type !== undefined)
      graph.set(id, { id, type, inputs: Object.fromEntries(Object.entries(objectAt(node, 'inputs') ?? {}).slice(0, maxInputs)) });
  }
  return graph;
}

/** The value of an input; undefined if the node has no such input. */
export function inputOf(node: Node | undefined, input: string): unknown {
  return node !== undefined && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined;
}

/** The node that an input's link leads to. */
export function linked(graph: Graph, node: Node | undefined, input: string): Node | undefined {
  const link = inputOf(node, input);
  return Array.isArray(link) && (typeof link[0] === 'string' || typeof link[0] === 'number') ? graph.get(String(link[0])) : undefined;
}

/** Inputs of a node that a switch has selected; all of them if the node is no switch. */
export function chosenInputs(node: Node): string[] {
  const all = Object.keys(node.inputs);
  if (!/switch|selector/i.test(node.type)) return all;
  const numbered = all.filter((name) =>
    /^(?:any|input|text|model|clip|vae|latent|image|conditioning|cond|pipe)?[ _]?0*[1-9]\d?$/i.test(name),
  );
  if (numbered.length === 0) return all;
  const pick = ['select', 'Input', 'input', 'index', 'selected_index'].map((name) => Number(inputOf(node, name))).find((n) => n >= 1);
  const place = (name: string): number => Number(/\d+$/.exec(name)?.[0]);
  // Without a number (rgthree's "Any Switch") the first linked input counts.
  const [first] = numbered.filter((name) => (pick === undefined ? Array.isArray(node.inputs[name]) : place(name) === pick));
  return first === undefined ? [] : [first];
}

/** All nodes that feed `start`, nearest first, `start` included. `through` selects the inputs to follow. */
export function upstream(graph: Graph, start: Node | undefined, through: (input: string, node: Node) => boolean = () => true): Node[] {
  const found = new Set<Node>(start === undefined ? [] : [start]);
  for (const node of found) {
    if (found.size > maxWalk) break;
    for (const input of chosenInputs(node)) {
      const next = through(input, node) ? linked(graph, node, input) : undefined;
      if (next !== undefined) found.add(next);
    }
  }
  return [...found];
}

/** Inputs that pass values on unchanged: reroutes, switches, pipes and contexts of node packs. */
export const carriesAnything = (input: string): boolean =>
  /^$|^\*$|pipe|ctx|context|tuple|^text_embeds$|^any[_\d]|^input[ _]?\d*$|^value$/i.test(input);
