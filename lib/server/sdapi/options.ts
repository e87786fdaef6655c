/** GET and POST /options, and override_settings: the few of A1111's hundreds of options that mean something here. */
import type { ServerContext } from '../context.ts';
import type { ChosenOptions } from './client-options.ts';
import { Refusal } from './fastapi-errors.ts';
import { checkpointOf, findAutoencoder, findCheckpoint } from './lists/catalogue.ts';

type Place = Pick<ServerContext, 'config' | 'home'>;

/** What a client sees. The keys that clients require are all there; the fixed ones say how this server behaves. */
export function shownOptions(place: Place, { model, clipSkip, vae }: ChosenOptions) {
  const { title, sha256 } = checkpointOf(place, model);
  return {
    sd_model_checkpoint: title,
    sd_checkpoint_hash: sha256 ?? '',
    sd_vae: vae ?? 'Automatic',
    CLIP_stop_at_last_layers: clipSkip ?? 1,
    samples_format: 'png',
    samples_save: true,
    grid_save: false,
    return_grid: false,
    enable_pnginfo: true,
    live_previews_enable: true,
    show_progress_every_n_steps: 1,
    upscaler_for_img2img: null,
    face_restoration_model: null,
  };
}

export type Change = { [K in keyof ChosenOptions]?: ChosenOptions[K] | undefined };

function clipSkipOf(value: unknown): number | undefined {
  const layers = Number(value);
  if (!Number.isInteger(layers) || layers < 0 || layers > 12)
    throw new Refusal(422, 'expected an integer 0..12', ['CLIP_stop_at_last_layers']);
  return layers === 0 ? undefined : layers;
}

/**
 * What a set of options changes. Others, and those that are as shown, are ignored: clients post back the whole object with one key changed.
 *
 * @throws Refusal 404 for an unknown model or autoencoder, 422 for a bad number
 */
export async function changesOf(place: Place, before: ChosenOptions, given: Readonly<Record<string, unknown>>): Promise<Change> {
  const shown = shownOptions(place, before);
  const change: Change = {};
  const isNew = (key: keyof typeof shown): boolean =>
    given[key] !== undefined && given[key] !== null && given[key] !== '' && given[key] !== shown[key];
  if (isNew('sd_model_checkpoint')) {
    const { id, model } = await findCheckpoint(place, String(given['sd_model_checkpoint']));
    change.model = model === undefined ? undefined : id;
  }
  if (isNew('CLIP_stop_at_last_layers')) change.clipSkip = clipSkipOf(given['CLIP_stop_at_last_layers']);
  if (isNew('sd_vae')) {
    const name = String(given['sd_vae']);
    change.vae = (await findAutoencoder(place, name)) === undefined ? undefined : name;
  }
  return change;
}

/** The options of one request. */
export const withChange = (before: ChosenOptions, change: Change): ChosenOptions =>
  Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined));
