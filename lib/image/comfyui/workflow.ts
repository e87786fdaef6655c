import { arrayAt, asObject, type JsonObject, numberAt, objectAt, textAt } from '../recipes/json-fields.ts';
import { type Graph, maxInputs, maxNodes, type Node } from './graph.ts';
import { widgetInputs } from './widgets.ts';

/**
 * The editor's format (PNG `workflow`): {nodes, links}, with subgraphs in `definitions`. Converts it to the graph that ComfyUI would run:
 * without muted nodes, with bypassed nodes passing their inputs on, subgraphs expanded, reroutes and primitives resolved.
 */

const modeMuted = 2;
const modeBypassed = 4;
/** Ids of a subgraph's own inputs and outputs in its links. */
const subgraphInput = -10;
const subgraphOutput = -20;
const maxNesting = 8;
const maxChain = 200;

interface Link {
  from: number | string;
  slot: number;
  to: number | string;
  toSlot: number;
}

interface Scope {
  prefix: string;
  nodes: Map<string, JsonObject>;
  links: Map<unknown, Link>;
  /** KJNodes' SetNode by its name. */
  setters: Map<unknown, JsonObject>;
  definition?: JsonObject;
  /** The node that represents this subgraph, and its place. */
  instance?: { node: JsonObject; scope: Scope };
  inner: Map<string, Scope>;
}

function readLinks(container: JsonObject): Map<unknown, Link> {
  const links = new Map<unknown, Link>();
  for (const item of arrayAt(container, 'links')) {
    const object = asObject(item);
    const [id, from, slot, to, toSlot]: unknown[] = Array.isArray(item)
      ? item
      : [object?.['id'], object?.['origin_id'], object?.['origin_slot'], object?.['target_id'], object?.['target_slot']];
    if ((typeof from === 'string' || typeof from === 'number') && (typeof to === 'string' || typeof to === 'number'))
      links.set(id, { from, slot: Number(slot), to, toSlot: Number(toSlot) });
  }
  return links;
}

class Workflow {
  readonly graph = new Map<string, Node>();
  readonly #definitions: Map<string, JsonObject>;
  #left = maxNodes;

  constructor(json: JsonObject) {
    const subgraphs = arrayAt(objectAt(json, 'definitions'), 'subgraphs').map(asObject);
    this.#definitions = new Map(subgraphs.flatMap((item) => (item === undefined ? [] : [[textAt(item, 'id') ?? '', item]])));
    const root = this.#scope(json, '', 0);
    this.#add(root);
  }

  #scope(container: JsonObject, prefix: string, depth: number): Scope {
    const scope: Scope = { prefix, nodes: new Map(), links: readLinks(container), setters: new Map(), inner: new Map() };
    for (const item of arrayAt(container, 'nodes')) {
      const node = asObject(item);
      const type = textAt(node, 'type');
      if (node === undefined || type === undefined || this.#left-- <= 0) continue;
      const id = String(node['id']);
      scope.nodes.set(id, node);
      if (type === 'SetNode') scope.setters.set(arrayAt(node, 'widgets_values')[0], node);
    }
    // After all its own nodes, because subgraphs that contain themselves may use up the limit.
    for (const [id, node] of scope.nodes) {
      const definition = depth < maxNesting ? this.#definitions.get(textAt(node, 'type') ?? '') : undefined;
      if (definition === undefined || isOff(node) || this.#left <= 0) continue;
      const inner = this.#scope(definition, `${prefix}${id}:`, depth + 1);
      scope.inner.set(id, Object.assign(inner, { definition, instance: { node, scope } }));
    }
    return scope;
  }

  #add(scope: Scope): void {
    for (const [id, raw] of scope.nodes) {
      const type = textAt(raw, 'type') ?? '';
      const inner = scope.inner.get(id);
      if (inner !== undefined) this.#add(inner);
      if (inner !== undefined || isOff(raw) || isVirtual(type)) continue;
      const inputs = new Map<string, unknown>(widgetInputs(type, raw));
      for (const entry of arrayAt(raw, 'inputs').slice(0, maxInputs)) {
        const input = asObject(entry);
        const name = textAt(input, 'name') ?? '';
        const origin = this.#origin(scope, input?.['link'], 0);
        if (origin !== undefined) inputs.set(name, origin);
      }
      const key = `${scope.prefix}${id}`;
      this.graph.set(key, { id: key, type, inputs: Object.fromEntries(inputs) });
    }
  }

  /** The source of a link: [node, output], or the value of a primitive. */
  #origin(scope: Scope, link: unknown, depth: number): unknown {
    const found = link === null || link === undefined ? undefined : scope.links.get(link);
    if (found === undefined || depth > maxChain) return undefined;
    if (found.from === subgraphInput) return this.#fromOutside(scope, found.slot, depth);
    const id = String(found.from);
    const node = scope.nodes.get(id);
    if (node === undefined || numberAt(node, 'mode') === modeMuted) return undefined;
    const inputs = arrayAt(node, 'inputs').map(asObject);
    if (numberAt(node, 'mode') === modeBypassed) return this.#origin(scope, bypassed(node, inputs, found.slot), depth + 1);
    const inner = scope.inner.get(id);
    if (inner !== undefined) {
      const leaving = [...inner.links].find(([, { to, toSlot }]) => to === subgraphOutput && toSlot === found.slot);
      return leaving === undefined ? undefined : this.#origin(inner, leaving[0], depth + 1);
    }
    const type = textAt(node, 'type') ?? '';
    if (type === 'PrimitiveNode') return arrayAt(node, 'widgets_values')[0];
    if (type === 'GetNode') {
      const setter = scope.setters.get(arrayAt(node, 'widgets_values')[0]);
      return this.#origin(scope, asObject(arrayAt(setter, 'inputs')[0])?.['link'], depth + 1);
    }
    if (isVirtual(type)) return this.#origin(scope, inputs[0]?.['link'], depth + 1);
    return [`${scope.prefix}${id}`, found.slot];
  }

  /** The input of a subgraph: that of the node representing it. */
  #fromOutside(scope: Scope, slot: number, depth: number): unknown {
    const { instance } = scope;
    if (instance === undefined) return undefined;
    const name = textAt(asObject(arrayAt(scope.definition, 'inputs')[slot]), 'name');
    const inputs = arrayAt(instance.node, 'inputs').map(asObject);
    const input = inputs.find((entry) => name !== undefined && textAt(entry, 'name') === name) ?? inputs[slot];
    if (input?.['link'] !== null && input?.['link'] !== undefined) return this.#origin(instance.scope, input['link'], depth + 1);
    // A widget promoted to the subgraph's node.
    const widgets = inputs.filter((entry) => asObject(entry?.['widget']) !== undefined);
    const value = arrayAt(instance.node, 'widgets_values')[widgets.indexOf(input)];
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  }
}

function isOff(node: JsonObject): boolean {
  const mode = numberAt(node, 'mode');
  return mode === modeMuted || mode === modeBypassed;
}

const isVirtual = (type: string): boolean =>
  /^Reroute\b/.test(type) || ['PrimitiveNode', 'GetNode', 'SetNode', 'Note', 'MarkdownNote'].includes(type);

/**
 * The link that a bypassed node passes to an output: that of the input with the same index if the types match, else of the first input that
 * matches.
 */
function bypassed(node: JsonObject, inputs: readonly (JsonObject | undefined)[], slot: number): unknown {
  const type = asObject(arrayAt(node, 'outputs')[slot])?.['type'];
  const agrees = (input: JsonObject | undefined): boolean => input !== undefined && input['type'] === type;
  const input = agrees(inputs[slot]) ? inputs[slot] : inputs.find(agrees);
  return input?.['link'];
}

export function readWorkflow(json: JsonObject): Graph {
  return new Workflow(json).graph;
}
