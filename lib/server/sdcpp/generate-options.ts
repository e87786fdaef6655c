import { ArtistError, defined, display } from '../../core/index.ts';
import type { GenerateOptions } from '../../engine/index.ts';
import { engineNames } from '../../image/index.ts';
import type { InputPictures, PaintWork } from '../../service/index.ts';
import { pictureOfShortText, pictureOfText } from '../pictures/picture-text.ts';
import type { SdcppParameters } from './parameters.ts';

type StoredOptions = Extract<PaintWork, { kind: 'generate' }>['options'];

const above = (limit: number, value: number | undefined): number | undefined => (value !== undefined && value > limit ? value : undefined);

/** Names of the engine; `default` and the empty name stand for the model's own. */
function named(name: string | undefined): string | undefined {
  return name === undefined || /^(?:|default|none)$/i.test(name) ? undefined : name;
}

function samplingOf({ sample_params: sampling }: SdcppParameters): Partial<StoredOptions> {
  if (sampling === undefined) return {};
  const { guidance, custom_sigmas: sigmas = [] } = sampling;
  const { sampler, scheduler } = engineNames(named(sampling.sample_method), named(sampling.scheduler));
  const { layers = [], scale = 0, layer_start: start, layer_end: end } = guidance?.slg ?? {};
  const ownLevels = sigmas.length > 0;
  // The names are checked with all other options when the job is submitted.
  return defined({
    sampler,
    sigmas: ownLevels ? sigmas : undefined,
    steps: ownLevels ? undefined : above(0, sampling.sample_steps),
    scheduler: ownLevels ? undefined : scheduler,
    eta: sampling.eta,
    shiftedTimestep: above(0, sampling.shifted_timestep),
    flowShift: above(0, sampling.flow_shift),
    cfgScale: guidance?.txt_cfg,
    guidance: guidance?.distilled_guidance,
    skipLayerGuidance: scale > 0 && layers.length > 0 ? defined({ layers, scale, start, end }) : undefined,
  }) as Partial<StoredOptions>;
}

function hiresOf({ hires }: SdcppParameters): GenerateOptions['hires'] {
  if (hires?.enabled !== true) return undefined;
  const { upscaler, custom_sigmas: sigmas = [] } = hires;
  return defined({
    upscaler,
    scale: hires.scale,
    width: above(0, hires.target_width),
    height: above(0, hires.target_height),
    steps: above(0, hires.steps),
    denoisingStrength: hires.denoising_strength,
    tileSize: upscaler === 'Model' ? above(0, hires.upscale_tile_size) : undefined,
    sigmas: sigmas.length > 0 ? sigmas : undefined,
  }) as GenerateOptions['hires'];
}

function tilingOf({ vae_tiling_params: tiling }: SdcppParameters): GenerateOptions['vaeTiling'] {
  if (tiling?.enabled !== true) return undefined;
  return defined({
    tileWidth: above(0, tiling.tile_size_x),
    tileHeight: above(0, tiling.tile_size_y),
    overlap: tiling.target_overlap,
    relativeWidth: above(0, tiling.rel_size_x),
    relativeHeight: above(0, tiling.rel_size_y),
  }) as GenerateOptions['vaeTiling'];
}

/** Name in `cache_option` -> the engine's option. `threshold` and `warmup` depend on the mode. */
const cacheNames: Readonly<Record<string, string>> = {
  start: 'startPercent',
  end: 'endPercent',
  decay: 'errorDecayRate',
  relative: 'useRelativeThreshold',
  reset: 'resetErrorOnCompute',
  fn: 'fnComputeBlocks',
  bn: 'bnComputeBlocks',
  w: 'spectrumW',
  m: 'spectrumM',
  lam: 'spectrumLam',
  window: 'spectrumWindowSize',
  flex: 'spectrumFlexWindow',
  stop: 'spectrumStopPercent',
};

function cacheSetting(mode: string, pair: string): [string, number | boolean] {
  const [, key = '', value = ''] = /^\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(pair) ?? [];
  const name =
    key === 'threshold'
      ? /^(?:easy|u)cache$/.test(mode)
        ? 'reuseThreshold'
        : 'residualDiffThreshold'
      : key === 'warmup'
        ? mode === 'spectrum'
          ? 'spectrumWarmupSteps'
          : 'maxWarmupSteps'
        : cacheNames[key.toLowerCase()];
  if (name === undefined || !Number.isFinite(Number(value)))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `cache_option: expected pairs such as threshold=0.2,start=0.15, got ${display(pair)}`);
  return [name, /^(?:use|reset)/.test(name) ? Number(value) !== 0 : Number(value)];
}

function cacheOf({ cache_mode: mode, cache_option, scm_mask, scm_policy_dynamic }: SdcppParameters): GenerateOptions['cache'] {
  if (mode === undefined || mode === '' || mode === 'disabled') return undefined;
  const pairs = (cache_option ?? '').split(',').filter((pair) => pair.trim() !== '');
  const hasMask = mode === 'cache-dit' && scm_mask !== '';
  return defined({
    mode,
    ...Object.fromEntries(pairs.map((pair) => cacheSetting(mode, pair))),
    scmMask: hasMask ? scm_mask : undefined,
    scmPolicyDynamic: hasMask ? scm_policy_dynamic : undefined,
  }) as GenerateOptions['cache'];
}

/** Pictures of a request. An empty text counts as none, as `null` does. @param read by default for settings in a prompt, which is short */
export function sdcppPictures(
  given: SdcppParameters,
  read: (name: string, text: string) => Uint8Array = pictureOfShortText,
): InputPictures {
  if (given.ip_adapter_image)
    throw new ArtistError('ERR_UNSUPPORTED', 'ip_adapter_image: expected none, got a picture. This engine has no IP-Adapter');
  const one = (name: 'init_image' | 'mask_image' | 'control_image'): Uint8Array | undefined => {
    const text = given[name];
    return text ? read(name, text) : undefined;
  };
  const references = (given.ref_images ?? []).map((text, index) => read(`ref_images.${index}`, text));
  return defined({
    initImage: one('init_image'),
    maskImage: one('mask_image'),
    controlImage: one('control_image'),
    referenceImages: references.length > 0 ? references : undefined,
  }) as InputPictures;
}

const unread = new Uint8Array(0);

/** As sdcppPictures(), for a body, whose pictures may be large. */
export async function sdcppBodyPictures(given: SdcppParameters): Promise<InputPictures> {
  const texts = new Map<string, string>();
  sdcppPictures(given, (name, text) => {
    texts.set(name, text);
    return unread;
  });
  const pictures = new Map<string, Uint8Array>();
  for (const [name, text] of texts) pictures.set(name, await pictureOfText(name, text));
  return sdcppPictures(given, (name) => pictures.get(name) ?? unread);
}

/** LoRAs by their names in the home folder, with or without ending. Paths of this machine are never read: a name is looked up, not opened. */
function lorasOf({ lora = [] }: SdcppParameters): GenerateOptions['loras'] {
  const weights = new Map<string, number>();
  for (const [index, { path, multiplier = 1, is_high_noise }] of lora.entries()) {
    if (is_high_noise === true)
      throw new ArtistError('ERR_UNSUPPORTED', `lora.${index}.is_high_noise: expected false, got true. It is for video models`);
    const name = path.replace(/\.(?:safetensors|gguf)$/i, '');
    weights.set(name, (weights.get(name) ?? 0) + multiplier);
  }
  return weights.size === 0 ? undefined : [...weights].map(([name, weight]) => ({ name, weight }));
}

/**
 * The options of generate() for a request of stable-diffusion.cpp. Options that need a picture are left out without it, because front ends send
 * the whole list of defaults.
 *
 * @param pictures which pictures come along
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED
 */
export function sdcppOptions(given: SdcppParameters, pictures: InputPictures): StoredOptions {
  const { initImage, controlImage, referenceImages } = pictures;
  return defined({
    prompt: given.prompt,
    negativePrompt: given.negative_prompt || undefined,
    clipSkip: above(0, given.clip_skip),
    width: above(0, given.width),
    height: above(0, given.height),
    seed: above(-1, given.seed),
    batchCount: given.batch_count,
    denoisingStrength: initImage && given.strength,
    controlStrength: controlImage && given.control_strength,
    autoResizeReferenceImages: referenceImages && given.auto_resize_ref_image,
    increaseReferenceIndex: referenceImages && given.increase_ref_index,
    imageCfgScale: referenceImages && given.sample_params?.guidance?.img_cfg,
    ...samplingOf(given),
    loras: lorasOf(given),
    hires: hiresOf(given),
    vaeTiling: tilingOf(given),
    cache: cacheOf(given),
  }) as StoredOptions;
}
