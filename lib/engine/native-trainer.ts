/** The native surface of LoRA training: the types behind native/binding/objects/trainer.cpp. native.ts loads the addon that has them. */
import type { NativeEvent, NativeImage, NativeJob } from './native.ts';

type Listen = (event: NativeEvent) => void;

/** Fields as in NativeModelRequest. */
export interface NativeTrainerRequest {
  model?: string;
  diffusionModel?: string;
  clipL?: string;
  clipG?: string;
  t5xxl?: string;
  llm?: string;
  vae?: string;
  tae?: string;
  weightType?: string;
  tensorTypeRules?: string;
  prediction?: string;
  threads?: number;
  backend?: string;
  paramsBackend?: string;
}

/**
 * What the network learns to say about x: the noise (eps), the velocity of the noise schedule (v), or the direction from picture to noise
 * (flow). Timesteps are 0 .. 999 for eps and v and 0 (picture) .. 1 (noise) for flow.
 */
export type NativeTrainObjective = 'eps' | 'v' | 'flow';

export interface NativeTrainerInfo {
  family: 'sd1' | 'sd2' | 'sdxl' | 'sdxs' | 'sd3' | 'flux' | 'z-image';
  /** The engine's name of the family, e.g. "SD 1.x". */
  engineFamily: string;
  objective: NativeTrainObjective;
  latentChannels: number;
  /** Picture pixels per latent pixel and edge. */
  latentFactor: number;
  /** Pictures' width and height must be multiples of this. */
  sizeMultiple: number;
  /** Most items of one micro-batch; 0: as many as the memory holds. */
  maxBatch: number;
  /** Values per token of a text condition. */
  contextWidth: number;
  /** Values of a text condition's vector; 0: the family has none. */
  vectorWidth: number;
  /** Whether a caption's vector says the picture's sizes. */
  sizeConditions: boolean;
  /** false: the autoencoder gives the latent itself, without deviation. */
  latentsAreSampled: boolean;
  /** Whether its text encoders can be trained. */
  textEncoderLora: boolean;
  /** Of flow models: the shift they are sampled with; 1: none. */
  flowShift: number;
  /** Of the network's matrices. */
  weightType: string;
  device: string;
  threads: number;
  weightBytes: number;
}

/** A caption as the network sees it. */
export interface NativeTextCondition {
  /** tokens * width values. */
  context: Float32Array;
  width: number;
  tokens: number;
  /** Pooled text and picture size, for the families that have it. */
  vector?: Float32Array;
  /** The caption: what a text encoder reads that is trained itself. */
  text: string;
}

/** A picture in the space that is diffused: width * height values per channel, channel after channel. */
export interface NativeLatent {
  /** Latent pixels. */
  width: number;
  height: number;
  channels: number;
  mean: Float32Array;
  /** Of the encoder's distribution; absent: the encoder gives a point. A step draws mean + deviation * normal. */
  deviation?: Float32Array;
}

/** A tensor as files have it: shape with the slowest dimension first, as safetensors and PyTorch write it. */
export interface NativeTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

export interface NativeNetworkRequest {
  kind: 'lora' | 'loha' | 'lokr';
  rank: number;
  /** What the network adds is scaled by alpha / rank. */
  alpha: number;
  /** Of kernels larger than 1x1; 0: as rank and alpha. */
  convRank?: number;
  convAlpha?: number;
  /** LoKr: largest size of the small matrix. */
  factor?: number;
  /**
   * default: attention and feed-forward layers; attention: only those; conv: default and, in a UNet, the convolutions and time projections of
   * its blocks; full: every layer that can be reached.
   */
  targets?: 'default' | 'attention' | 'conv' | 'full';
  /** Patterns over names as in the file; when given, they replace `targets`. `*` and `?` as in a shell; `/.../` is a regular expression. */
  include?: string[];
  exclude?: string[];
  /** LoRA: share of the ranks that is left out per item and step, 0 <= dropout < 1. */
  dropout?: number;
  unet?: boolean; // true
  textEncoder?: boolean; // false
  /** Of the initial values. 0 .. 2^53 - 1. */
  seed: number;
  /** Values to start from in place of random ones, by name. */
  values?: { name: string; data: Float32Array }[];
}

export interface NativeNetworkModule {
  /** As in the file, without suffix. */
  name: string;
  /** The engine's name of the layer. */
  layer: string;
  kind: 'linear' | 'conv';
  group: 'unet' | 'text_encoder';
  in: number;
  out: number;
  rank: number;
  alpha: number;
  parameters: number;
}

export interface NativeNetworkInfo {
  modules: NativeNetworkModule[];
  parameters: number;
}

export type NativeCheckpointing = 'none' | 'blocks' | 'fine';

export interface NativeTrainPlanRequest {
  /** Picture pixels. */
  width: number;
  height: number;
  batch: number;
  checkpointing: NativeCheckpointing;
}

export interface NativeTrainPlan {
  computeBytes: number;
  weightBytes: number;
  /** Parameters and their gradients. */
  networkBytes: number;
  /** What the device has left now; 0: unknown. */
  freeBytes: number;
  nodes: number;
  /** Operations that the device cannot do, with their shapes. Empty: it can train this. */
  unsupported: string[];
}

/** Numbers left out are those of the method's reference implementation, as given here. */
export type NativeOptimizer =
  /** Decoupled weight decay (arXiv 1711.05101), as PyTorch's AdamW. */
  | { kind: 'adamw'; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number } // 0.9, 0.999, 1e-8, 0.01
  /** arXiv 2302.06675, with decoupled weight decay. */
  | { kind: 'lion'; beta1?: number; beta2?: number; weightDecay?: number } // 0.9, 0.99, 0
  /** arXiv 1804.04235, as transformers' Adafactor with scale_parameter = relative_step unless told. */
  | {
      kind: 'adafactor';
      /** true: the step size follows the step number and the learning rate is ignored. */
      relativeStep?: boolean; // false
      scaleParameter?: boolean; // false
      warmupInit?: boolean; // false; only with relativeStep
      clipThreshold?: number; // 1
      decayRate?: number; // -0.8
      /** First moment; 0: none. */
      beta1?: number; // 0
      epsilon1?: number; // 1e-30
      epsilon2?: number; // 1e-3
      weightDecay?: number; // 0
    }
  /** arXiv 2306.06101, as prodigyopt: finds the step size itself; the learning rate (usually 1) scales what it finds. */
  | {
      kind: 'prodigy';
      beta1?: number; // 0.9
      beta2?: number; // 0.999
      /** 0: sqrt(beta2). */
      beta3?: number; // 0
      epsilon?: number; // 1e-8
      weightDecay?: number; // 0
      decouple?: boolean; // true
      biasCorrection?: boolean; // false
      safeguardWarmup?: boolean; // false
      d0?: number; // 1e-6
      dCoefficient?: number; // 1
      /** Largest growth of d per step; 0: no limit. */
      growthRate?: number; // 0
    };

export interface NativeObjectiveSettings {
  /** How the noise level u in 0 .. 1 is drawn. logit-normal: sigmoid(mean + deviation * normal). Default uniform. */
  sampling?: 'uniform' | 'logit-normal';
  mean?: number; // 0
  deviation?: number; // 1
  /** Part of the noise levels that is drawn from: 0 = picture, 1 = noise. */
  min?: number; // 0
  max?: number; // 1
  /** u becomes shift * u / (1 + (shift - 1) * u): larger means noisier. 0: the family's own. */
  shift?: number; // 0
  /** Each channel's noise is moved by this times a normal number. */
  noiseOffset?: number; // 0
  /** The network's input gets this much more noise than it is asked about (arXiv 2301.11706). */
  inputPerturbation?: number; // 0
  /** Gamma of min-SNR weighting (arXiv 2303.09556), eps and v only; 0: off. */
  minSnr?: number; // 0
  /** Pseudo-Huber loss 2c(sqrt(d^2 + c^2) - c) with this c; 0: squared error. */
  huber?: number; // 0
}

export interface NativeBeginRequest {
  optimizer: NativeOptimizer;
  objective?: NativeObjectiveSettings;
  /** Decay of the moving average of the parameters per step; 0: none is kept. */
  ema?: number; // 0
  /** Largest norm of all gradients together; 0: no clipping. */
  clipNorm?: number; // 1
  /** What the loss is multiplied with for the backward pass; 0: the number of values the network puts out. Halved while gradients overflow. */
  lossScale?: number; // 0
  checkpointing?: NativeCheckpointing; // none
}

/** One picture of a micro-batch. Arrays are copied at call time. */
export interface NativeTrainItem {
  latent: NativeLatent;
  text: NativeTextCondition;
  /** The picture's place in the data: with seed and step it names the item's random numbers. 0 .. 2^32 - 1. */
  id: number;
  /** With sizeConditions, pixels: original height and width, crop top and left, target height and width. Left out: as the text's vector says. */
  sizes?: readonly [number, number, number, number, number, number];
  /** Of its loss, e.g. of prior preservation. */
  weight?: number; // 1
  /** Loss weight per latent pixel: width * height values. */
  mask?: Float32Array;
  /** In place of drawn noise (then neither offset nor perturbation applies): width * height * channels values. */
  noise?: Float32Array;
  /** In place of a drawn timestep. */
  timestep?: number;
}

/** Items of one size, computed together; at most info().maxBatch. */
export interface NativeTrainBatch {
  items: NativeTrainItem[];
}

export interface NativeStepRequest {
  /** Micro-batches; their gradients are averaged over all items. */
  batches: NativeTrainBatch[];
  learningRate: number;
  /** Of the text encoders. Default learningRate. */
  textLearningRate?: number;
  /** 0 .. 2^53 - 1. */
  seed: number;
  /** Number of this step; names its random numbers together with the seed. 0 .. 2^32 - 1. */
  step: number;
}

export interface NativeStepResult {
  /** Mean over the items. */
  loss: number;
  /** Per item, in order. */
  losses: Float32Array;
  /** Drawn timestep per item. */
  timesteps: Float32Array;
  /** Before clipping. */
  gradientNorm: number;
  /** The scale that worked. */
  lossScale: number;
  /** What the optimizer multiplied the learning rate with (Prodigy's d); otherwise 1. */
  stepSize: number;
}

export interface NativeEvaluateRequest {
  batch: NativeTrainBatch;
  seed: number;
  /** Noise levels to average over. Item and place in this list name the noise. */
  timesteps: number[];
  /** With the averaged parameters. */
  ema?: boolean;
}

export interface NativePredictRequest {
  /** The network's input: width * height * channels values per item, latent pixels. */
  x: Float32Array;
  width: number;
  height: number;
  timesteps: number[];
  text: NativeTextCondition[];
  ema?: boolean;
}

/** Everything that a bit-identical continuation needs. */
export interface NativeTrainState {
  optimizer: NativeOptimizer['kind'];
  tensors: NativeTensor[];
  /** What is no tensor: doubles, which JSON keeps exactly. */
  numbers: Record<string, number>;
}

/**
 * A model opened for training. Order: encode what is to be learned, createNetwork, begin, then steps. Jobs run one after the other; a job that
 * fails or is cancelled leaves parameters and optimizer as they were.
 */
export interface NativeTrainer {
  info(): NativeTrainerInfo;
  /** Width and height (pixels) of the picture matter to families that see its size. Loads the text encoders at the first call. */
  encodeTexts(request: { texts: string[]; width: number; height: number }, onEvent: Listen): NativeJob<NativeTextCondition[]>;
  encodeImage(image: NativeImage, onEvent: Listen): NativeJob<NativeLatent>;
  /** Frees text encoders and autoencoder; the next encode loads them again. */
  releaseEncoders(): NativeJob<void>;
  /** Again: replaces the network and forgets the session. */
  createNetwork(request: NativeNetworkRequest, onEvent: Listen): NativeJob<NativeNetworkInfo>;
  plan(request: NativeTrainPlanRequest, onEvent: Listen): NativeJob<NativeTrainPlan>;
  /** Starts a session: fresh optimizer, average and loss scale. */
  begin(request: NativeBeginRequest): NativeJob<void>;
  /** One optimizer step. Progress: phase train, micro-batches. Fails with ERR_TRAIN_DIVERGED when loss or gradient stay without a finite value. */
  step(request: NativeStepRequest, onEvent: Listen): NativeJob<NativeStepResult>;
  /** Loss per item, averaged over the timesteps; no masks or weights, changes nothing. */
  evaluate(request: NativeEvaluateRequest, onEvent: Listen): NativeJob<Float32Array>;
  /** The network's output, as long as x. */
  predict(request: NativePredictRequest, onEvent: Listen): NativeJob<Float32Array>;
  /** Every tensor of a LoRA file, alpha included, named as in the file. */
  exportNetwork(request: { ema?: boolean }): NativeJob<NativeTensor[]>;
  exportState(): NativeJob<NativeTrainState>;
  /** After createNetwork and begin with the same settings. */
  importState(state: NativeTrainState): NativeJob<void>;
  /** Frees everything on the engine thread after the jobs before it. */
  dispose(): NativeJob<void>;
}

export interface NativeGradientCheckRequest {
  /** Device to compare with the CPU, as in backend options; left out: the best one. */
  backend?: string;
  /** Only this family's small model. */
  family?: NativeTrainerInfo['family'];
  threads?: number;
}

/** Gradients of a small random model. All three numbers are 0 where `unsupported` is not empty. */
export interface NativeGradientCheck {
  family: NativeTrainerInfo['family'];
  device: string;
  /** Between the device's gradient and the CPU's. */
  cosine: number;
  /** Length of their difference relative to the CPU's. */
  relative: number;
  /** Relative difference between the derivative along the gradient and central differences of the loss, both on the device. */
  directional: number;
  /** Of the training graph. */
  nodes: number;
  /** Operations that the device cannot do, with their shapes: then nothing was computed there. */
  unsupported: string[];
}
