/** Types of what the addon takes and returns (native/binding), without those of training: trainer-types.ts. */
import type { LoraModule } from '../../lora/index.ts';

/** Raw pixels: rows top to bottom, `channels` interleaved bytes per pixel (1 grey, 3 RGB). data.length = width * height * channels. */
export interface NativeImage {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

export type NativePhase = 'load' | 'encode' | 'encode-image' | 'sample' | 'decode' | 'upscale' | 'convert' | 'train';

export type NativeLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Coalesced: of progress and previews only the newest between two turns of the event loop arrive. */
export type NativeEvent =
  | { type: 'queued'; position: number }
  | { type: 'started' }
  /** step/total: tensors for load, denoising steps for sample, tiles for tiled decode and upscale; 0/0 while nothing is countable. */
  | { type: 'progress'; phase: NativePhase; step: number; total: number; secondsPerStep: number; image: number; images: number }
  | { type: 'preview'; step: number; noisy: boolean; image: NativeImage; index: number }
  /** Before the first picture: what became of each module of each LoRA: "applied", "idle" (the model did not compute with it), or why not. */
  | { type: 'loras'; loras: string[][] }
  | { type: 'image'; index: number; image: NativeImage; seed: number }
  | { type: 'log'; level: NativeLogLevel; text: string };

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
export interface NativeModelRequest {
  model?: string;
  diffusionModel?: string;
  uncondDiffusionModel?: string;
  clipL?: string;
  clipG?: string;
  clipVision?: string;
  t5xxl?: string;
  llm?: string;
  llmVision?: string;
  vae?: string;
  tae?: string;
  controlNet?: string;
  photoMaker?: string;
  embeddings?: { name: string; path: string }[];
  weightType?: string;
  tensorTypeRules?: string;
  threads?: number;
  rng?: string;
  samplerRng?: string;
  prediction?: string;
  loraApplyMode?: string;
  mmap?: boolean;
  flashAttention?: boolean;
  diffusionFlashAttention?: boolean;
  taePreviewOnly?: boolean;
  diffusionConvDirect?: boolean;
  vaeConvDirect?: boolean;
  seamlessX?: boolean;
  seamlessY?: boolean;
  forceSdxlVaeConvScale?: boolean;
  chromaUseDitMask?: boolean;
  chromaUseT5Mask?: boolean;
  chromaT5MaskPad?: number;
  qwenImageZeroCondT?: boolean;
  vaeFormat?: string;
  /** GiB; 0 off, -1 automatic. */
  maxVram?: number;
  streamLayers?: boolean;
  backend?: string;
  paramsBackend?: string;
  /** true: leave the weights on disk until the first picture (the engine's way). */
  lazy?: boolean;
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
  weightBytes: number;
  threads: number;
}

export interface NativeSampleParams {
  sampler?: string;
  scheduler?: string;
  steps?: number;
  eta?: number;
  shiftedTimestep?: number;
  sigmas?: number[];
  flowShift?: number;
  extraSampleArgs?: string;
  cfgScale?: number;
  imageCfgScale?: number;
  distilledGuidance?: number;
  skipLayers?: number[];
  skipLayerStart?: number;
  skipLayerEnd?: number;
  skipLayerScale?: number;
}

export interface NativeTiling {
  enabled: boolean;
  tileWidth?: number;
  tileHeight?: number;
  overlap?: number;
  relativeWidth?: number;
  relativeHeight?: number;
  extraArgs?: string;
}

export interface NativeCache {
  mode: string;
  reuseThreshold?: number;
  startPercent?: number;
  endPercent?: number;
  errorDecayRate?: number;
  useRelativeThreshold?: boolean;
  resetErrorOnCompute?: boolean;
  fnComputeBlocks?: number;
  bnComputeBlocks?: number;
  residualDiffThreshold?: number;
  maxWarmupSteps?: number;
  maxCachedSteps?: number;
  maxContinuousCachedSteps?: number;
  taylorseerDerivatives?: number;
  taylorseerSkipInterval?: number;
  scmMask?: string;
  scmPolicyDynamic?: boolean;
  spectrumW?: number;
  spectrumM?: number;
  spectrumLam?: number;
  spectrumWindowSize?: number;
  spectrumFlexWindow?: number;
  spectrumWarmupSteps?: number;
  spectrumStopPercent?: number;
}

export interface NativeHires {
  upscaler: string;
  modelPath?: string;
  scale?: number;
  width?: number;
  height?: number;
  steps?: number;
  denoisingStrength?: number;
  tileSize?: number;
  sigmas?: number[];
}

/** A LoRA file as lib/models read it; `identity` changes whenever the file or what was read in it does. */
export interface NativeLora {
  path: string;
  weight: number;
  identity: string;
  modules: LoraModule[];
}

/** Fields left out keep the engine's default (sd_img_gen_params_init; sampler and scheduler per family). Images are copied at call time. */
export interface NativeGenerateRequest extends NativeSampleParams {
  prompt: string;
  negativePrompt?: string;
  clipSkip?: number;
  loras?: NativeLora[];
  initImage?: NativeImage;
  maskImage?: NativeImage;
  referenceImages?: NativeImage[];
  autoResizeReferenceImages?: boolean;
  increaseReferenceIndex?: boolean;
  controlImage?: NativeImage;
  controlStrength?: number;
  photoMakerImages?: NativeImage[];
  photoMakerEmbedding?: string;
  photoMakerStyleStrength?: number;
  width: number;
  height: number;
  denoisingStrength?: number;
  /** 0 .. 2^53 - 1. Image b of a batch uses seed + b. */
  seed: number;
  batchCount?: number;
  vaeTiling?: NativeTiling;
  cache?: NativeCache;
  hires?: NativeHires;
  preview?: { mode: string; interval: number; denoised: boolean; noisy: boolean };
  /** true: a cancelled batch resolves with the images finished so far instead of rejecting (if there is at least one). */
  keepFinished?: boolean;
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

export interface NativeUpscalerRequest {
  model: string;
  direct?: boolean;
  threads?: number;
  tileSize?: number;
  backend?: string;
  paramsBackend?: string;
}

export interface NativeUpscaler {
  factor(): number;
  upscale(image: NativeImage, onEvent: (event: NativeEvent) => void): NativeJob<NativeImage>;
  dispose(): NativeJob<void>;
}

export interface NativeConvertRequest {
  input: string;
  vae?: string;
  output: string;
  /** A ggml type name such as "q8_0". */
  type: string;
  tensorTypeRules?: string;
  convertNames?: boolean;
}

export interface NativeCannyRequest {
  highThreshold: number;
  lowThreshold: number;
  weak: number;
  strong: number;
  inverse: boolean;
}

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
