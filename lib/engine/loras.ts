/** LoRAs of one call: read, compared with the model, named for the recipe. */
import { basename } from 'node:path';
import { checkLora, type ModelHeader, readModelHeader, resolveLora } from '../models/index.ts';
import type { ResolvedGenerate } from './options/index.ts';
import { weightsFile } from './weights.ts';

export interface CheckedLora {
  path: string;
  weight: number;
  name: string;
  hash?: string;
}

type LoraOptions = NonNullable<ResolvedGenerate['loras']>;

/**
 * Checks LoRA files before the engine merges them. One of which nothing fits is left out with a warning: the engine would paint without
 * it as well, or stop at its first tensor.
 *
 * @param warn hears of LoRAs that do not fit, or not wholly, with the reasons
 * @throws ArtistError ERR_LORA: malformed or no LoRA; ERR_MODEL_NOT_FOUND: no such file, no such name in `<home>/loras`; ERR_READ, ERR_MODEL_FORMAT
 */
export async function checkLoras(
  options: LoraOptions,
  model: { headers: readonly ModelHeader[]; info: { family: string }; home: string },
  warn: (message: string) => void,
): Promise<CheckedLora[]> {
  const checked: CheckedLora[] = [];
  for (const option of options) {
    const { weight, ...place } = typeof option === 'string' ? { path: option, weight: 1 } : option;
    const path =
      'name' in place
        ? await resolveLora(place.name, { home: model.home, nameOnly: true })
        : await resolveLora(place.path, { home: model.home });
    const fit = await checkLora(path, model.headers);
    if (fit.applicable < fit.total) {
      const share = fit.misfit
        ? `does not fit this ${model.info.family} model and is left out`
        : `fits this ${model.info.family} model in ${fit.applicable} of ${fit.total} places`;
      warn(`${basename(path)} ${share}: ${fit.reasons.join('; ')}`);
    }
    if (!fit.misfit) checked.push({ path, weight, ...(await weightsFile(await readModelHeader(path))) });
  }
  return checked;
}
