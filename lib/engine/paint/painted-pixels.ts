import { homeFolder, resolveOptions } from '../../core/index.ts';
import { detectFamily, families } from '../../models/index.ts';
import { findModelFiles } from '../model-files.ts';
import { type GenerateOptions, generateOptions } from '../options/generate.ts';
import { type LoadModelOptions, loadModelOptions } from '../options/load-model.ts';
import { pixelsOf } from './settings.ts';

/**
 * Pixels of all pictures that loadModel(load) and generate(options) would paint: width x height x batchCount, with the size after a second pass
 * (`hires`) if that is larger. Reads only the headers of the model, for its own size.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; every error of loadModel() about its files
 */
export async function paintedPixels(load: LoadModelOptions, options: GenerateOptions): Promise<number> {
  const wanted = resolveOptions('generate', generateOptions, options);
  const { home = homeFolder(), ...model } = resolveOptions('loadModel', loadModelOptions, load);
  const { headers, defaults } = await findModelFiles({ ...model, home });
  const network = headers.diffusionModel ?? headers.model;
  const family = network && detectFamily(network);
  return pixelsOf(wanted, family && families[family], defaults);
}
