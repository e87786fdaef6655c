import { asObject, chosen, type JsonObject, lora, numberAt, textAt } from '../recipes/json-fields.ts';
import { readLoraTags } from '../recipes/lora-tags.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { inputOf, type Node } from './graph.ts';
import type { Values } from './values.ts';

/**
 * LoRAs of a node, in the various formats of loaders and stacks of node packs. Ignores those that are switched off, "None" or without
 * weight.
 */

type Lora = NonNullable<Recipe['loras']>[number];

const isOff = (value: unknown): boolean => value === false || (typeof value === 'string' && /^(?:off|false|no|disabled?)$/i.test(value));

/** One LoRA by its inputs. A loader with weight 0 for model and text encoder passes its inputs on. */
function single(values: Values, node: Node): Lora[] {
  const name = chosen(values.text(node, 'lora_name') ?? values.text(node, 'lora'));
  const weight = values.number(
    node,
    'strength_model',
    'lora_model_strength',
    'model_strength',
    'lora_strength',
    'strength',
    'lora_weight',
    'weight',
    'model_weight',
  );
  const clip = values.number(node, 'strength_clip', 'lora_clip_strength', 'clip_strength') ?? 0;
  return name === undefined || (weight === 0 && clip === 0) ? [] : lora(name, weight);
}

const numbered = /^lora_?(?:name_?)?(0?[1-9]\d?)(?:_name)?$/i;

/** Stacks: lora_name_1 with lora_wt_1, lora_01 with strength_01, lora_1_name with lora_1_strength … */
function stack(values: Values, node: Node): Lora[] {
  const count = values.number(node, 'lora_count', 'num_loras') ?? Number.POSITIVE_INFINITY;
  const isAdvanced = /advanced/i.test(textAt(node.inputs, 'input_mode', 'mode') ?? '');
  return Object.keys(node.inputs).flatMap((key) => {
    const n = numbered.exec(key)?.[1];
    const name = n === undefined ? undefined : chosen(values.text(node, key));
    if (n === undefined || name === undefined || Number(n) > count || isOff(inputOf(node, `switch_${n}`))) return [];
    const simple = [`lora_wt_${n}`, `strength_${n}`, `lora_${n}_strength`, `lora_strength_${n}`, `weight_${n}`];
    const advanced = [`model_str_${n}`, `model_weight_${n}`, `lora_${n}_model_strength`, `strength_model_${n}`, `model_strength_${n}`];
    const weight = values.number(node, ...(isAdvanced ? [...advanced, ...simple] : [...simple, ...advanced]));
    return weight === 0 ? [] : lora(name, weight);
  });
}

function entry(item: JsonObject): Lora[] {
  const weight = numberAt(item, 'strength', 'weight', 'strength_model', 'modelStrength');
  const isUsed = ![item['on'], item['active'], item['enabled']].some(isOff);
  return isUsed && weight !== 0 ? lora(textAt(item, 'lora', 'name', 'lora_name'), weight) : [];
}

/** Loaders with one object per LoRA: rgthree's Power Lora Loader, LoRA Manager's list. */
function objects(node: Node): Lora[] {
  return Object.entries(node.inputs).flatMap(([key, value]) => {
    if (!/^loras?(?:_\d+)?$|^lora/i.test(key)) return [];
    const object = asObject(value);
    const list = Array.isArray(value) ? value : object?.['__value__'];
    const items = Array.isArray(list) ? list.slice(0, 200).map(asObject) : [object];
    return items.flatMap((item) => (item === undefined ? [] : entry(item)));
  });
}

/** Nodes that load the LoRAs named by tags in a text. For ComfyUI's own encoders tags are plain text. */
function tags(values: Values, node: Node): Lora[] {
  if (!/lora.*(?:tag|manager|text|prompt)|(?:tag|prompt).*lora|ImpactWildcardEncode/i.test(node.type)) return [];
  const text = ['populated_text', 'text', 'lora_syntax', 'prompt', 'wildcard_text']
    .map((name) => values.text(node, name))
    .find((t) => t !== undefined);
  return readLoraTags(text ?? '').loras.filter(({ weight }) => weight !== 0);
}

export function lorasOf(values: Values, node: Node): Lora[] {
  if (['switch', 'toggle', 'enabled'].some((name) => isOff(inputOf(node, name)))) return [];
  const listed = [...single(values, node), ...stack(values, node), ...objects(node)];
  return listed.length > 0 ? listed : tags(values, node);
}
