/** Our options as the native request: names, units and shapes of the binding. The options are checked before. */
import type {
  NativeCache,
  NativeGenerateRequest,
  NativeHires,
  NativeImage,
  NativeLora,
  NativeSampleParams,
  NativeTiling,
} from '../addon/native-types.ts';
import type { ResolvedGenerate } from '../options/generate.ts';
import type { Settings } from './settings.ts';

/** Pictures of a request, decoded and brought to size. */
export interface RequestImages {
  initImage?: NativeImage;
  maskImage?: NativeImage;
  controlImage?: NativeImage;
  referenceImages: NativeImage[];
  photoMakerImages: NativeImage[];
}

type Plain = Record<string, unknown>;

/** Without the fields that are undefined: the binding takes a present field as given. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object as Plain).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function engineArgs(args: Record<string, number | boolean | undefined>): string | undefined {
  const parts = Object.entries(args).filter(([, value]) => value !== undefined);
  return parts.length > 0 ? parts.map(([name, value]) => `${name}=${String(value)}`).join(',') : undefined;
}

function sampleParams(options: ResolvedGenerate, settings: Settings): NativeSampleParams {
  const { skipLayerGuidance: slg, adaptiveProjectedGuidance: apg } = options;
  return defined<NativeSampleParams>({
    sampler: settings.sampler,
    scheduler: settings.scheduler,
    steps: settings.steps,
    cfgScale: settings.cfgScale,
    imageCfgScale: options.imageCfgScale,
    distilledGuidance: settings.guidance,
    flowShift: settings.flowShift,
    eta: options.eta,
    sigmas: options.sigmas,
    shiftedTimestep: options.shiftedTimestep,
    skipLayers: slg?.layers,
    skipLayerScale: slg?.scale,
    skipLayerStart: slg?.start,
    skipLayerEnd: slg?.end,
    extraSampleArgs: engineArgs({
      slg_uncond: slg?.uncond || undefined,
      apg_eta: apg?.eta,
      apg_momentum: apg?.momentum,
      apg_norm_threshold: apg?.normThreshold,
      apg_norm_threshold_smoothing: apg?.normThresholdSmoothing,
      ...options.samplerArgs,
    }),
  } as NativeSampleParams);
}

function tilingOf(option: ResolvedGenerate['vaeTiling']): NativeTiling | undefined {
  if (option === undefined || option === false) return undefined;
  if (option === true) return { enabled: true };
  const { args, ...fields } = option;
  return defined({ ...fields, extraArgs: args && engineArgs(args) }) as NativeTiling;
}

function cacheOf(option: ResolvedGenerate['cache']): NativeCache | undefined {
  if (option === undefined) return undefined;
  return typeof option === 'string' ? { mode: option } : (defined(option) as NativeCache);
}

function hiresOf(option: ResolvedGenerate['hires'], upscaler: string | undefined): NativeHires | undefined {
  if (option === undefined || option === false) return undefined;
  const { model: _path, ...fields } = option === true ? { upscaler: 'Latent', model: undefined } : option;
  return defined({ ...fields, modelPath: upscaler }) as NativeHires;
}

function previewOf(option: ResolvedGenerate['preview']): NativeGenerateRequest['preview'] {
  const settings = option === true ? { mode: 'proj' as const } : typeof option === 'string' ? { mode: option } : option;
  if (!settings || settings.mode === 'none') return undefined;
  return { interval: 1, denoised: true, noisy: false, ...settings };
}

export interface RequestParts {
  options: ResolvedGenerate;
  settings: Settings;
  seed: number;
  images: RequestImages;
  loras: NativeLora[];
  /** File of the upscaler network, where hires uses one. */
  hiresModel: string | undefined;
}

export function nativeRequest({ options, settings, seed, images, loras, hiresModel }: RequestParts): NativeGenerateRequest {
  const { referenceImages, photoMakerImages, ...pictures } = images;
  return defined({
    ...sampleParams(options, settings),
    ...pictures,
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    clipSkip: options.clipSkip,
    width: settings.width,
    height: settings.height,
    seed,
    batchCount: options.batchCount,
    loras: loras.length > 0 ? loras : undefined,
    referenceImages: referenceImages.length > 0 ? referenceImages : undefined,
    autoResizeReferenceImages: referenceImages.length > 0 ? (options.autoResizeReferenceImages ?? true) : undefined,
    increaseReferenceIndex: options.increaseReferenceIndex,
    controlStrength: options.controlStrength,
    photoMakerImages: photoMakerImages.length > 0 ? photoMakerImages : undefined,
    photoMakerEmbedding: options.photoMaker?.embedding,
    photoMakerStyleStrength: options.photoMaker?.styleStrength,
    denoisingStrength: options.denoisingStrength,
    vaeTiling: tilingOf(options.vaeTiling),
    cache: cacheOf(options.cache),
    hires: hiresOf(options.hires, hiresModel),
    preview: previewOf(options.preview),
    keepFinished: options.keepFinished,
  }) as NativeGenerateRequest;
}

/** The engine's form of per-tensor rules: "pattern=type,pattern=type". */
export function tensorTypeRules(rules: Record<string, string> | undefined): string | undefined {
  const entries = Object.entries(rules ?? {});
  return entries.length > 0 ? entries.map(([pattern, type]) => `${pattern}=${type}`).join(',') : undefined;
}
