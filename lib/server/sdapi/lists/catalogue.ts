/** The models, autoencoders, upscalers, LoRAs and styles of a home, under the names that clients of A1111 send back. No paths of the machine. */
import { basename, extname } from 'node:path';
import { type HiresUpscaler, hiresUpscalers } from '../../../engine/index.ts';
import { loraTitle } from '../../../image/index.ts';
import { listLoras } from '../../../lora/index.ts';
import { bundledModel, bundledName } from '../../../models/index.ts';
import { builtInStyles } from '../../../prompt/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { defaultModelId, paintableModels } from '../../models/paintable.ts';
import { partsOf } from '../../models/parts.ts';
import { seesPrivate } from '../../visibility.ts';
import { Refusal } from '../fastapi-errors.ts';

type Place = Pick<ServerContext, 'config' | 'home'>;

export interface CheckpointItem {
  title: string;
  model_name: string;
  hash: string | null;
  sha256: string | null;
  filename: string;
  config: null;
}

/** The hash that infotexts show for a model, where it is known without reading gigabytes: SHA-256 over its tensors. */
function knownHash(id: string): string | undefined {
  return id === bundledName ? bundledModel().manifest.files.find(({ role }) => role === 'diffusion')?.tensorHash : undefined;
}

function checkpointItem(id: string): CheckpointItem {
  const sha256 = knownHash(id);
  const hash = sha256?.slice(0, 10);
  const filename = basename(id);
  return {
    title: hash === undefined ? id : `${id} [${hash}]`,
    model_name: id,
    hash: hash ?? null,
    sha256: sha256 ?? null,
    filename: /\.\w{2,11}$/.test(filename) ? filename : `${filename}.safetensors`,
    config: null,
  };
}

/** The list of /sd-models; the model of the settings is first. */
export async function checkpoints(place: Place): Promise<CheckpointItem[]> {
  return (await paintableModels(place)).map(({ id }) => checkpointItem(id));
}

/** What /options shows of a model. */
export const checkpointOf = (place: Place, id: string | undefined): CheckpointItem => checkpointItem(id ?? defaultModelId(place));

/**
 * The model of a title, name, file name or hash.
 *
 * @returns its id, and its name for PaintWork (undefined: the model of the settings)
 * @throws Refusal 404
 */
export async function findCheckpoint(place: Place, name: string): Promise<{ id: string; model: string | undefined }> {
  const bare = name.replace(/ \[[0-9a-f]{6,64}\]$/i, '').trim();
  for (const { id, model } of await paintableModels(place)) {
    const { title, hash, sha256, filename } = checkpointItem(id);
    const names = [title, id, hash, sha256, filename, loraTitle(filename)];
    if (names.includes(name) || names.includes(bare)) return { id, model };
  }
  throw new Refusal(404, `model '${name.slice(0, 200)}' not found`);
}

/** The list of /sd-vae and /sd-modules. */
export const autoencoders = async (place: Place) => (await partsOf(place, 'vae')).map(({ name }) => ({ model_name: name, filename: name }));

/** Path of an autoencoder; undefined for `Automatic` and `None`. @throws Refusal 404 */
export async function findAutoencoder(place: Place, name: string): Promise<string | undefined> {
  if (/^(?:automatic|none|)$/i.test(name.trim())) return undefined;
  const found = (await partsOf(place, 'vae')).find((part) => part.name === name);
  if (!found) throw new Refusal(404, `VAE '${name.slice(0, 200)}' not found`);
  return found.path;
}

/** A1111's name of the bundled network, RealESRGAN x4plus anime 6B. */
const bundledUpscaler = 'R-ESRGAN 4x+ Anime6B';

/** How a picture is enlarged: without a network, or by an ESRGAN file (undefined: the bundled one). */
export type Enlarger =
  | { kind: 'none' }
  | { kind: 'resize'; kernel: 'lanczos3' | 'nearest' }
  | { kind: 'network'; model: string | undefined };

async function enlargers(place: Place): Promise<{ name: string; scale: number; enlarger: Enlarger }[]> {
  return [
    { name: 'None', scale: 1, enlarger: { kind: 'none' } },
    { name: 'Lanczos', scale: 4, enlarger: { kind: 'resize', kernel: 'lanczos3' } },
    { name: 'Nearest', scale: 4, enlarger: { kind: 'resize', kernel: 'nearest' } },
    { name: bundledUpscaler, scale: 4, enlarger: { kind: 'network', model: undefined } },
    ...(await partsOf(place, 'upscaler')).map(({ name, path }) => ({
      name: loraTitle(name),
      scale: 4,
      enlarger: { kind: 'network', model: path } as const,
    })),
  ];
}

/** The list of /upscalers: "None" is first, where clients insert the latent modes. */
export const upscalerItems = async (place: Place) =>
  (await enlargers(place)).map(({ name, scale, enlarger: { kind } }) => ({
    name,
    model_name: kind === 'network' ? name : null,
    model_path: null,
    model_url: null,
    scale,
  }));

/** The list of /realesrgan-models. */
export const networkItems = async (place: Place) =>
  (await enlargers(place)).flatMap(({ name, scale, enlarger }) => (enlarger.kind === 'network' ? [{ name, path: null, scale }] : []));

/** The list of /latent-upscale-modes. */
export const latentModes = hiresUpscalers.filter((name) => name.startsWith('Latent')).map((name) => ({ name: name as string }));

const noUpscaler = (names: readonly string[], name: string, field: string): Refusal =>
  new Refusal(422, `could not find upscaler named ${name.slice(0, 200)}. There are: ${names.join(', ')}`, [field]);

/** @param field where the name comes from @throws Refusal 422 */
export async function findEnlarger(place: Place, name: string, field: string): Promise<Enlarger> {
  const all = await enlargers(place);
  const found = all.find((each) => each.name === name);
  if (!found) throw noUpscaler([...all.map((each) => each.name)], name, field);
  return found.enlarger;
}

const isHires = (name: string): name is HiresUpscaler => name !== 'Model' && (hiresUpscalers as readonly string[]).includes(name);

/** The upscaler between the passes of hires. @throws Refusal 422 */
export async function findHiresUpscaler(place: Place, name: string): Promise<{ upscaler: HiresUpscaler; model?: string }> {
  if (isHires(name)) return { upscaler: name };
  const all = await enlargers(place);
  const found = all.find((each) => each.name === name)?.enlarger;
  if (found?.kind !== 'network')
    throw noUpscaler(
      [...latentModes, ...all].map((each) => each.name),
      name,
      'hr_upscaler',
    );
  return { upscaler: 'Model', ...(found.model !== undefined && { model: found.model }) };
}

/** Texts of a LoRA file that name no places of the machine where it was trained. */
const shownMetadata =
  /^(?:modelspec\.(?!thumbnail)|ss_(?:output_name|base_model_version|tag_frequency|network_dim|network_alpha|resolution)$)/;

/** The list of /loras. Their metadata, which has words of training captions, is for callers with a token. */
export async function loraItems({ home }: Place, caller: Caller) {
  return (await listLoras({ home: home.folder })).map(({ name, path, info }) => ({
    name: basename(name),
    alias: basename(name),
    path: `${name}${extname(path)}`,
    metadata: Object.fromEntries(Object.entries(info?.metadata ?? {}).filter(([key]) => seesPrivate(caller) && shownMetadata.test(key))),
  }));
}

export interface PromptStyle {
  name: string;
  prompt: string;
  negative_prompt: string;
}

/** The list of /prompt-styles: those of the settings, for callers with a token, and the built-in ones for the model of the settings. */
export function promptStyles({ config }: Place, caller: Caller): PromptStyle[] {
  const { model, prompt } = config.config;
  const builtIn = builtInStyles(model === undefined || model === bundledName ? 'bundled' : 'tags');
  const styles = new Map<string, PromptStyle>();
  for (const { name, phrase, negative } of builtIn) styles.set(name, { name, prompt: phrase ?? name, negative_prompt: negative ?? '' });
  for (const { name, phrase } of seesPrivate(caller) ? prompt.styles : [])
    styles.set(name, {
      name,
      prompt: phrase ?? styles.get(name)?.prompt ?? name,
      negative_prompt: styles.get(name)?.negative_prompt ?? '',
    });
  return [...styles.values()];
}
