import { civitaiGraph, comfyRecipe } from '../comfyui/read-comfyui.ts';
import { easyDiffusionRecipe, mfluxRecipe, ruinedFooocusRecipe, stabilityMatrixRecipe } from './flat-records.ts';
import { drawThingsRecipe, fooocusRecipe, invokeRecipe, novelRecipe, oldInvokeRecipe, sdcppRecipe, swarmRecipe } from './foreign-json.ts';
import { dreamRecipe } from './foreign-lines.ts';
import { parseInfotext } from './infotext-grammar.ts';
import { recipeFromParts } from './infotext-reading.ts';
import { asObject, type JsonObject, parseObject, textAt } from './json-fields.ts';
import { readLoraTags } from './lora-tags.ts';
import type { PartialRecipe } from './recipe.ts';

/**
 * Which program wrote a text is told by what it says, not by where it lies: the same JSON is found in PNG chunks, EXIF fields and XMP.
 * Texts under names ({name: text}) are the PNG chunks of a file, or one JSON object that holds what a PNG would have in its chunks.
 */

/** The program whose way of writing was found. "a1111" stands for everything that writes its infotext (Forge, SD.Next, Civitai …). */
export type RecipeSource =
  | 'ai-artist'
  | 'a1111'
  | 'comfyui'
  | 'invokeai'
  | 'novelai'
  | 'fooocus'
  | 'swarmui'
  | 'stable-diffusion.cpp'
  | 'draw-things'
  | 'easy-diffusion'
  | 'mflux'
  | 'stability-matrix'
  | 'midjourney'
  | 'dall-e';

export interface Recognised {
  source: RecipeSource;
  recipe: PartialRecipe;
}

/** JSON as text or already parsed. */
function jsonAt(texts: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(texts, key) ? texts[key] : undefined;
  return typeof value === 'string' ? parseObject(value) : asObject(value);
}

/** One program's record, as it stands. Not the graph of ComfyUI, which is anybody's JSON. */
function fromRecord(json: JsonObject): Recognised | undefined {
  if (asObject(json['sui_image_params'])) return { source: 'swarmui', recipe: swarmRecipe(json) };
  if (textAt(json, 'mflux_version') !== undefined) return { source: 'mflux', recipe: mfluxRecipe(json) };
  if (textAt(json, 'software') === 'RuinedFooocus') return { source: 'fooocus', recipe: ruinedFooocusRecipe(json) };
  if (textAt(json, 'use_stable_diffusion_model', 'Stable Diffusion model') !== undefined)
    return { source: 'easy-diffusion', recipe: easyDiffusionRecipe(json) };
  if (textAt(json, 'base_model', 'Base Model', 'performance', 'Performance') !== undefined)
    return { source: 'fooocus', recipe: fooocusRecipe(json) };
  if (textAt(json, 'positive_prompt') !== undefined) return { source: 'invokeai', recipe: invokeRecipe(json) };
  if (textAt(json, 'PositivePrompt') !== undefined) return { source: 'stability-matrix', recipe: stabilityMatrixRecipe(json) };
  if (textAt(json, 'c') !== undefined && textAt(json, 'sampler') !== undefined)
    return { source: 'draw-things', recipe: drawThingsRecipe(json) };
  if (textAt(json, 'schema')?.startsWith('sdcpp.image') === true) return { source: 'stable-diffusion.cpp', recipe: sdcppRecipe(json) };
  if (asObject(json['v4_prompt']) !== undefined || (textAt(json, 'uc') !== undefined && textAt(json, 'sampler') !== undefined))
    return { source: 'novelai', recipe: novelRecipe(json, {}) };
  return undefined;
}

/** ComfyUI: {prompt: graph, workflow: …}, or a graph by itself. */
function fromGraphs(json: JsonObject): Recognised | undefined {
  for (const graph of [jsonAt(json, 'prompt'), jsonAt(json, 'Prompt'), jsonAt(json, 'workflow'), jsonAt(json, 'Workflow'), json]) {
    const recipe = graph === undefined ? undefined : (civitaiGraph(graph) ?? comfyRecipe(graph));
    if (recipe !== undefined) return { source: 'comfyui', recipe };
  }
  return undefined;
}

/** Texts under the names that programs give their PNG chunks. */
function fromNamed(texts: JsonObject): Recognised | undefined {
  const invoke = jsonAt(texts, 'invokeai_metadata');
  if (invoke !== undefined) return { source: 'invokeai', recipe: invokeRecipe(invoke) };
  const oldInvoke = jsonAt(texts, 'sd-metadata');
  if (oldInvoke !== undefined) return { source: 'invokeai', recipe: oldInvokeRecipe(oldInvoke) };
  const dream = dreamRecipe(textAt(texts, 'Dream') ?? '');
  if (dream !== undefined) return { source: 'invokeai', recipe: dream };
  const comment = jsonAt(texts, 'Comment');
  if (comment !== undefined && (/NovelAI/i.test(textAt(texts, 'Software') ?? '') || textAt(comment, 'uc') !== undefined))
    return { source: 'novelai', recipe: novelRecipe(comment, texts) };
  return undefined;
}

/** Texts under names: by the names first, then by what each says, then as graphs. */
export function fromTexts(texts: JsonObject): Recognised | undefined {
  const named = fromNamed(texts) ?? fromRecord(texts);
  if (named !== undefined) return named;
  // A file that has both was saved by a node that knew the settings: they are surer than what the graph can tell.
  const keys = new Set(['parameters', 'Parameters', 'parameters-json', 'Comment', ...Object.keys(texts).slice(0, 200)]);
  for (const key of keys) {
    const value = Object.hasOwn(texts, key) ? texts[key] : undefined;
    const json = jsonAt(texts, key);
    const found = json !== undefined ? fromRecord(json) : typeof value === 'string' ? fromInfotext(value, key) : undefined;
    if (found !== undefined) return found;
  }
  return fromGraphs(texts);
}

/** Infotext. In a place that is not its own, three pairs alone are no recipe: descriptions have colons too. */
function fromInfotext(text: string, place?: string): Recognised | undefined {
  const parts = parseInfotext(text);
  if (parts.fields.length === 0) return undefined;
  if (place?.toLowerCase() !== 'parameters' && !parts.fields.some(([key]) => ['Steps', 'Sampler', 'Seed', 'CFG scale'].includes(key)))
    return undefined;
  // stable-diffusion.cpp appends its whole record as the last field.
  const record = parseObject(parts.fields.find(([key]) => key === 'SDCPP')?.[1]);
  if (record !== undefined) return { source: 'stable-diffusion.cpp', recipe: sdcppRecipe(record) };
  const recipe = recipeFromParts(parts);
  return { source: /^Fooocus/i.test(recipe.software ?? '') ? 'fooocus' : 'a1111', recipe };
}

/** Text of a field that any program may have used: JSON of any kind, or infotext. */
export function fromText(text: string): Recognised | undefined {
  const json = parseObject(text);
  if (json === undefined) return fromInfotext(text);
  return fromTexts(json) ?? fromParametersOf(json);
}

/** JSON that holds JSON once more, e.g. {"parameters": {…}} of a viewer that copied chunks. */
function fromParametersOf(json: JsonObject): Recognised | undefined {
  const inner = jsonAt(json, 'parameters');
  return inner === undefined ? undefined : fromGraphs(inner);
}

/** A prompt without any fields, as A1111 reads it. Text that is JSON, or was meant to be, is none. */
export function fromPromptAlone(text: string | undefined): Recognised | undefined {
  if (text === undefined || text.trim() === '' || /^\s*[{[]\s*["\d\]}[{]/.test(text)) return undefined;
  const { prompt, negativePrompt } = parseInfotext(text);
  const { prompt: clean, loras } = readLoraTags(prompt);
  return {
    source: 'a1111',
    recipe: {
      prompt: clean.trim(),
      ...(negativePrompt !== '' && { negativePrompt }),
      ...(loras.length > 0 && { loras }),
    },
  };
}
