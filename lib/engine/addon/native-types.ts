/** Types of what the addon takes and returns (native/binding), without those of training: trainer-types.ts. */
import type { LoraModule } from '../../lora/index.ts';
import type { convertRows } from '../options/convert.ts';
import type { WeightType } from '../options/enums.ts';
import type { generateRows, photoMakerRows } from '../options/generate.ts';
import type { loadModelRows } from '../options/load-model.ts';
import type { cacheRows, hiresRows, previewRows, tilingRows } from '../options/memory.ts';
import type { cannyRows } from '../options/preprocess.ts';
import type { NativeFields } from '../options/row.ts';
import type { skipLayerRows } from '../options/sampling.ts';
import type { loadUpscalerRows } from '../options/upscale.ts';
import type { NativeEvent, NativeImage } from './native-events.ts';

/** What a rejected job carries besides its message. `code` is one of lib/core/errors.ts; `log` holds the job's warnings and errors. */
export interface NativeFailure extends Error {
  code: string;
  log: string[];
}

export interface NativeJob<T> {
  /** Settles only when native work has ended. A cancelled job rejects with code ERR_ABORTED. */
  readonly promise: Promise<T>;
  /** Idempotent, returns at once; the engine stops at the next graph node (CPU) or graph (GPU). */
  cancel(): void;
}

/** Fields left out keep the engine's own default (sd_ctx_params_init). Paths are UTF-8. */
export interface NativeModelRequest extends NativeFields<typeof loadModelRows> {
  embeddings?: { name: string; path: string }[];
  seamlessX?: boolean;
  seamlessY?: boolean;
}

export interface NativeModelInfo {
  /** The engine's name of the family, e.g. "SD 1.x", "Flux", "SDXS (512-DS)". */
  family: string;
  defaultSampler: string;
  defaultScheduler: string;
  /** Width and height must be multiples of this. */
  sizeMultiple: number;
  /** Device that runs the diffusion model, e.g. "CPU", "CUDA0". */
  device: string;
  /** As decided; false for a model without a UNet. */
  diffusionConvDirect: boolean;
  weightBytes: number;
  threads: number;
}

/** A LoRA file as lib/models read it; `identity` changes whenever the file or what was read in it does. */
export interface NativeLora {
  path: string;
  weight: number;
  identity: string;
  modules: LoraModule[];
}

/**
 * Fields left out keep the engine's default (sd_img_gen_params_init; sampler and scheduler per family). Images are copied at call time. The
 * fields that the rows of the options do not say stand here.
 */
export interface NativeGenerateRequest
  extends NativeFields<typeof generateRows>,
    NativeFields<typeof skipLayerRows>,
    NativeFields<typeof photoMakerRows> {
  prompt: string;
  width: number;
  height: number;
  /** 0 .. 2^53 - 1. Image b of a batch uses seed + b. */
  seed: number;
  extraSampleArgs?: string;
  loras?: NativeLora[];
  initImage?: NativeImage;
  maskImage?: NativeImage;
  controlImage?: NativeImage;
  referenceImages?: NativeImage[];
  autoResizeReferenceImages?: boolean;
  photoMakerImages?: NativeImage[];
  vaeTiling?: NativeFields<typeof tilingRows>;
  cache?: NativeFields<typeof cacheRows>;
  hires?: NativeFields<typeof hiresRows> & { modelPath?: string };
  preview?: NativeFields<typeof previewRows>;
}

export interface NativeGenerateResult {
  images: NativeImage[];
  seeds: number[];
  /** What the engine really used where the request left it open. */
  resolved: { sampler: string; scheduler: string; steps: number; cfgScale: number; eta: number; device: string };
  seconds: { total: number; encode: number; sample: number; decode: number };
  aborted: boolean;
  /** The job's warnings (e.g. a LoRA that does not fit). */
  warnings: string[];
}

export interface NativeModel {
  info(): NativeModelInfo;
  generate(request: NativeGenerateRequest, onEvent: (event: NativeEvent) => void): NativeJob<NativeGenerateResult>;
  /** Frees the weights on the engine thread after the jobs before it. Idempotent. */
  dispose(): NativeJob<void>;
}

export interface NativeUpscalerRequest extends NativeFields<typeof loadUpscalerRows> {
  model: string;
}

export interface NativeUpscaler {
  factor(): number;
  upscale(image: NativeImage, onEvent: (event: NativeEvent) => void): NativeJob<NativeImage>;
  dispose(): NativeJob<void>;
}

export interface NativeConvertRequest extends NativeFields<typeof convertRows> {
  input: string;
  output: string;
  type: WeightType;
}

/** Products of a square matrix of weights with one of F32, on one device. */
export interface NativeProductsRequest {
  backend?: string;
  threads?: number;
  /** Of the weights. */
  type: WeightType;
  /** Rows and columns in blocks of 32, 1..256. */
  blocks: number;
  /** Spent at least, 0..60, after one run that warms up. */
  seconds: number;
}

export interface NativeProducts {
  /** Floating-point operations of one run. */
  operations: number;
  /** Of the fastest run. */
  seconds: number;
  device: string;
}

export type NativeCannyRequest = Required<NativeFields<typeof cannyRows>>;

export interface NativeDevice {
  /** Name to use in backend options, e.g. "CPU", "CUDA0". */
  name: string;
  description: string;
  type: 'cpu' | 'gpu' | 'igpu' | 'accelerator' | 'other';
  totalBytes: number;
  freeBytes: number;
}

export interface NativeVersions {
  addon: string;
  engine: string;
  ggml: string;
  /** GPU backend compiled in: off, cuda, vulkan or metal. */
  gpu: string;
  /** true: CPU kernels are modules chosen at run time. */
  portable: boolean;
  compiler: string;
}

/** Names the engine accepts, read from the engine itself, in its order. */
export interface NativeEnums {
  sampler: string[];
  scheduler: string[];
  rng: string[];
  prediction: string[];
  preview: string[];
  loraApplyMode: string[];
  hiresUpscaler: string[];
  weightType: string[];
  cacheMode: string[];
  vaeFormat: string[];
}

/** One tower of a CLIP model: what the shapes of its weights cannot say. */
export interface NativeClipTowerRequest {
  /** 0: hidden / 64. */
  heads?: number;
  /** true: x * sigmoid(1.702 x), as OpenAI trained; false: the exact GELU. */
  quickGelu?: boolean;
  /** Of the layer norms. */
  epsilon?: number;
}

export interface NativeClipRequest {
  /** One model, or the files it is split into. Tensors have the names of Hugging Face's CLIPModel, with any prefix. */
  files: string[];
  text: NativeClipTowerRequest;
  image: NativeClipTowerRequest;
  /** Token whose first place is the end of a text; -1: the largest id. */
  endToken?: number;
  /** Type of the matrices; left out: the file's. */
  weightType?: string;
  threads?: number;
  backend?: string;
  paramsBackend?: string;
}

export interface NativeClipInfo {
  /** Values of an embedding. */
  dimensions: number;
  text: { hidden: number; layers: number; heads: number };
  image: { hidden: number; layers: number; heads: number };
  /** Token ids are 0 .. vocabulary - 1. */
  vocabulary: number;
  /** Most tokens of a text, begin and end included. */
  positions: number;
  /** Edge of a picture, pixels. */
  edge: number;
  patch: number;
  /** Factor before the softmax over similarities. */
  logitScale: number;
  weightType: string;
  device: string;
  weightBytes: number;
  threads: number;
}

export interface NativeClip {
  info(): NativeClipInfo;
  /** `ids`: the texts one after the other, each of its length. Returns embeddings of length 1, one after the other. */
  embedTexts(request: { ids: Int32Array; lengths: Int32Array }, onEvent: (event: NativeEvent) => void): NativeJob<Float32Array>;
  /** `pixels`: pictures one after the other, each 3 planes (R, G, B) of edge x edge values with mean and deviation applied. */
  embedImages(request: { pixels: Float32Array }, onEvent: (event: NativeEvent) => void): NativeJob<Float32Array>;
  dispose(): NativeJob<void>;
}
