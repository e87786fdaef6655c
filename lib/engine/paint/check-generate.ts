/** Checks the options of generate() before a model is loaded, because loading may take minutes. Reads only headers and pictures. */
import { resolve } from 'node:path';
import { homeFolder, resolveOptions } from '../../core/index.ts';
import { checkLora, resolveLora } from '../../lora/index.ts';
import { detectFamily, families, isUnetFamily } from '../../models/index.ts';
import { loraTargets } from '../load-model.ts';
import { findModelFiles } from '../model-files.ts';
import { type GenerateOptions, generateOptions } from '../options/generate.ts';
import { type LoadModelOptions, loadModelOptions } from '../options/load-model.ts';
import { checkPrompt, hiresModelOf } from './generate.ts';
import { checkSupport, readPictures } from './images.ts';
import { takePromptLoras } from './loras.ts';
import { checkSize } from './settings.ts';

/** Picture sizes of UNet models are multiples of this: 8 pixels of the autoencoder times 8 of the network. Other models vary. */
const unetMultiple = 64;

/**
 * Finds errors that loadModel(load) and generate(options) would throw, as far as files show them: options, model files, LoRAs, pictures,
 * sizes.
 *
 * @throws ArtistError every error that loadModel() and Model.generate() throw for their options and files
 */
export async function checkGenerate(load: LoadModelOptions, options: GenerateOptions): Promise<void> {
  const wanted = resolveOptions('generate', generateOptions, options);
  checkPrompt(wanted);
  const model = resolveOptions('loadModel', loadModelOptions, load);
  const home = resolve(model.home ?? homeFolder());
  const { files, headers, defaults } = await findModelFiles({ ...model, home });
  const network = headers.diffusionModel ?? headers.model;
  const family = network && detectFamily(network);
  if (family !== undefined) checkSupport(wanted, { files, info: { family: families[family] } });
  if (isUnetFamily(family)) {
    const { width = defaults.width, height = defaults.height } = wanted;
    if (width !== undefined) checkSize('width', width, unetMultiple);
    if (height !== undefined) checkSize('height', height, unetMultiple);
  }
  // Names in the prompt that are not there are warnings, which come when it is painted.
  const { loras = [] } = await takePromptLoras(wanted, home, () => undefined);
  for (const option of loras) {
    const place = typeof option === 'string' ? { path: option } : option;
    const path = 'name' in place ? await resolveLora(place.name, { home, nameOnly: true }) : await resolveLora(place.path, { home });
    await checkLora(
      path,
      loraTargets.flatMap((role) => headers[role] ?? []),
    );
  }
  await hiresModelOf(wanted);
  await readPictures(wanted);
}
