import { ArtistError, display } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { defaultModelId, type PaintableModel, paintableModels } from '../models/paintable.ts';

/** Names that clients offer or hard-code: gpt-image-1, gpt-image-2-2026-04-21, chatgpt-image-latest, dall-e-3. */
const openaiNames = /^(?:gpt-image|chatgpt-image|dall-e)-[\w.-]+$/i;

/**
 * The model that a request names.
 *
 * @param mapNames whether names of OpenAI stand for the default model
 * @returns what PaintWork takes: undefined for the model of the settings
 * @throws ArtistError ERR_MODEL_NOT_FOUND
 */
export async function modelFor(name: string | null | undefined, context: ServerContext, mapNames: boolean): Promise<string | undefined> {
  if (name === undefined || name === null || name === '' || name === defaultModelId(context)) return undefined;
  if (mapNames && openaiNames.test(name)) return undefined;
  return (await modelNamed(name, context)).model;
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND */
export async function modelNamed(id: string, context: ServerContext): Promise<PaintableModel> {
  const found = (await paintableModels(context)).find((model) => model.id === id);
  if (found) return found;
  throw new ArtistError('ERR_MODEL_NOT_FOUND', `model: expected an id of /v1/models, got ${display(id)}`);
}

export interface ModelAnswer {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

export const modelAnswer = ({ id, created }: PaintableModel): ModelAnswer => ({ id, object: 'model', created, owned_by: 'ai-artist' });
