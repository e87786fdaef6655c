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
 * Recognises the program by the content of a text, not its place: the same JSON may be in PNG chunks, EXIF fields or XMP. Named texts
 * ({name: text}) are the PNG chunks of a file, or one JSON object with the content of such chunks.
 */

/** The program whose format was found. "a1111" stands for all programs with its infotext (Forge, SD.Next, Civitai …). */
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

/** JSON, as text or parsed. */
function jsonAt(texts: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(texts, key) ? texts[key] : undefined;
  return typeof value === 'string' ? parseObject(value) : asObject(value);
}

/** The record of one program. Excludes ComfyUI's graph, which has no fixed form. */
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

/** Texts under the programs' names of PNG chunks. */
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

/** Named texts: first by name, then by content, then as graphs. */
export function fromTexts(texts: JsonObject): Recognised | undefined {
  const named = fromNamed(texts) ?? fromRecord(texts);
  if (named !== undefined) return named;
  // A file with both was saved by a node that knew the settings, so these are more reliable than the graph.
  const keys = new Set(['parameters', 'Parameters', 'parameters-json', 'Comment', ...Object.keys(texts).slice(0, 200)]);
  for (const key of keys) {
    const value = Object.hasOwn(texts, key) ? texts[key] : undefined;
    const json = jsonAt(texts, key);
    const found = json !== undefined ? fromRecord(json) : typeof value === 'string' ? fromInfotext(value, key) : undefined;
    if (found !== undefined) return found;
  }
  return fromGraphs(texts);
}

/** Infotext. In a field not meant for it, three pairs are not enough: descriptions have colons too. */
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

/** Text of a field that any program may use: any JSON, or infotext. */
export function fromText(text: string): Recognised | undefined {
  const json = parseObject(text);
  if (json === undefined) return fromInfotext(text);
  return fromTexts(json) ?? fromParametersOf(json);
}

/** JSON inside JSON, e.g. {"parameters": {…}} from a viewer that copied chunks. */
function fromParametersOf(json: JsonObject): Recognised | undefined {
  const inner = jsonAt(json, 'parameters');
  return inner === undefined ? undefined : fromGraphs(inner);
}

/** A prompt without fields, as A1111 reads it. Text that is or resembles JSON is none. */
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
