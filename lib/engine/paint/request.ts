/** Our options as the native request: names, units and shapes of the binding. The options are checked before. */
import { defined } from '../../core/index.ts';
import type { NativeImage } from '../addon/native-events.ts';
import type { NativeGenerateRequest, NativeLora } from '../addon/native-types.ts';
import { generateRows, type ResolvedGenerate } from '../options/generate.ts';
import { namedValues, nativeFields, sampleArgs } from './native-fields.ts';
import type { Settings } from './settings.ts';

/** Pictures of a request, decoded and brought to size. */
export interface RequestImages {
  initImage?: NativeImage;
  maskImage?: NativeImage;
  controlImage?: NativeImage;
  referenceImages: NativeImage[];
  photoMakerImages: NativeImage[];
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
  const fields = nativeFields(generateRows, { ...options, ...settings }) as Partial<NativeGenerateRequest>;
  return defined({
    ...fields,
    ...pictures,
    seed,
    extraSampleArgs: namedValues({ ...sampleArgs(generateRows, options), ...options.samplerArgs }),
    loras: loras.length > 0 ? loras : undefined,
    referenceImages: referenceImages.length > 0 ? referenceImages : undefined,
    autoResizeReferenceImages: referenceImages.length > 0 ? (options.autoResizeReferenceImages ?? true) : undefined,
    photoMakerImages: photoMakerImages.length > 0 ? photoMakerImages : undefined,
    hires: fields.hires && defined({ ...fields.hires, modelPath: hiresModel }),
    preview: fields.preview?.mode === 'none' ? undefined : fields.preview,
  }) as NativeGenerateRequest;
}
