import { paintSettings } from '../../artist/index.ts';
import type { GenerateOptions } from '../../engine/index.ts';
import { detectFamily, isUnetFamily, type ModelFamily, resolveModel } from '../../models/index.ts';
import type { ServerContext } from '../context.ts';

/** What a dialect must know of a model to translate a request. */
export interface ModelFacts {
  name: string;
  family: ModelFamily | undefined;
  /** Edges of pictures are multiples of this many pixels. */
  multiple: number;
  /** Size that the model was trained at; undefined: its page names none. */
  trained: { width: number; height: number } | undefined;
  /** What is painted without further options: the settings over the defaults of the model's page. */
  defaults: GenerateOptions;
  /** Edits a picture by its prompt: given pictures are references, not the picture to start from. */
  isEditor: boolean;
}

/** Steps that the engine takes when neither settings nor the model's page say how many. */
export const engineSteps = 20;

const editors = /kontext|edit|pix2pix/i;
const editorFamilies: readonly (ModelFamily | undefined)[] = ['instruct-pix2pix', 'sdxl-pix2pix', 'flux2', 'flux2-klein'];

/**
 * @param model undefined: the one of the settings
 * @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_READ, ERR_UNSUPPORTED
 */
export async function modelFacts(context: Pick<ServerContext, 'config' | 'home'>, model: string | undefined): Promise<ModelFacts> {
  const settings = paintSettings(context.config, model);
  const { name, headers, defaults } = await resolveModel(settings.model, { home: context.home.folder });
  const network = headers.diffusionModel ?? headers.model;
  const family = network && detectFamily(network);
  return {
    name,
    family,
    // 8 pixels of the autoencoder, times 8 of a UNet or 2 of a transformer. The engine refuses what does not fit its model.
    multiple: isUnetFamily(family) ? 64 : 16,
    trained: defaults && { width: defaults.width, height: defaults.height },
    defaults: { ...defaults, ...settings.options },
    isEditor: editors.test(name) || editorFamilies.includes(family),
  };
}
