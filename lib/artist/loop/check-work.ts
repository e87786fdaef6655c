import type { LoadedConfig } from '../../config/index.ts';
import { isArtistError, resolveOptions } from '../../core/index.ts';
import { generateOptions } from '../../engine/index.ts';
import { resolveLora } from '../../lora/index.ts';
import { resolveModel } from '../../models/index.ts';
import { checkClipPath } from '../models/prompt-scorer.ts';
import { readTaste } from '../taste/taste-file.ts';
import type { CreateOptions } from './create-options.ts';
import { planPrompt } from './plan-prompt.ts';
import { settle } from './settle.ts';

/**
 * Checks the options of a work that will be painted later, as create() does before it loads anything. Returns a sentence for each model or LoRA
 * that is missing now but may be there by then.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, ERR_CONFIG when a setting is, ERR_MODEL_NOT_FOUND when the CLIP does not
 *   exist, ERR_READ or ERR_DAMAGED when the taste or a word list cannot be read
 */
export async function checkWork(options: CreateOptions, loaded: LoadedConfig): Promise<string[]> {
  const { wishes, paint, prompt: settings, curation } = settle(options, loaded);
  const { home } = loaded;
  if (wishes.score) await checkClipPath(wishes.clip);
  if (wishes.taste !== undefined) await readTaste(curation.taste ?? wishes.taste, true);
  const missing: string[] = [];
  const needed = async (name: string, find: () => Promise<unknown>): Promise<boolean> => {
    try {
      await find();
      return true;
    } catch (error) {
      if (!isArtistError(error, 'ERR_MODEL_NOT_FOUND')) throw error;
      missing.push(`${name} is not here yet: ${error.message}`);
      return false;
    }
  };
  const isHere = await needed('the model', () => resolveModel(wishes.model, { home }));
  // Any subject will do for this check: create() chooses the real one when it paints.
  const about = wishes.prompt === undefined ? { subject: 'x' } : { prompt: wishes.prompt };
  const { style, expand } = wishes;
  const { signal } = new AbortController();
  const place = { settings, home, seed: 0, signal, gallery: undefined };
  const planned = await planPrompt({ ...about, style, expand, model: isHere ? wishes.model : undefined }, place);
  const loras = [...(paint.loras ?? []), ...planned.loras];
  for (const lora of loras) {
    const name = typeof lora === 'string' ? lora : 'path' in lora ? lora.path : lora.name;
    await needed('the LoRA', () => resolveLora(name, { home }));
  }
  resolveOptions('create', generateOptions, { ...paint, ...(loras.length > 0 && { loras }), prompt: planned.prompt });
  return missing;
}
