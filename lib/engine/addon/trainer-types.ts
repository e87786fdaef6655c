/** The native interface of LoRA training: the types behind native/binding/objects/trainer.cpp. native.ts loads the addon that implements them. */
import type { NativeEvent, NativeImage } from './native-events.ts';
import type { NativeJob } from './native-types.ts';

type Listen = (event: NativeEvent) => void;

/** The fields mean the same as in NativeModelRequest. */
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
 * What the network learns to predict about x: the noise (eps), the velocity of the noise schedule (v), or the direction from picture to
 * noise (flow). Timesteps are 0 .. 999 for eps and v and 0 (picture) .. 1 (noise) for flow.
 */
export type NativeTrainObjective = 'eps' | 'v' | 'flow';

export interface NativeTrainerInfo {
  family: 'sd1' | 'sd2' | 'sdxl' | 'sdxs' | 'sd3' | 'flux' | 'z-image';
  /** The engine's name of the family, e.g. "SD 1.x". */
  engineFamily: string;
  objective: NativeTrainObjective;
  latentChannels: number;
  /** Picture pixels per latent pixel, along one edge. */
  latentFactor: number;
  /** Width and height of pictures must be multiples of this. */
  sizeMultiple: number;
  /** Largest number of items in a micro-batch; 0: limited only by memory. */
  maxBatch: number;
  /** Number of values per token of a text condition. */
  contextWidth: number;
  /** Number of values in a text condition's vector; 0: the family has none. */
  vectorWidth: number;
  /** Whether a text condition's vector contains the picture's sizes. */
  sizeConditions: boolean;
  /** false: the autoencoder gives the latent itself, without a deviation. */
  latentsAreSampled: boolean;
  /** Whether its text encoders can be trained. */
  textEncoderLora: boolean;
  /** Timestep shift that flow models are sampled with; 1: none. */
  flowShift: number;
  /** Type of the network's weight matrices. */
  weightType: string;
  device: string;
  threads: number;
  weightBytes: number;
}

/** An encoded caption, as the network takes it. */
export interface NativeTextCondition {
  /** tokens * width values, token after token. */
  context: Float32Array;
  width: number;
  tokens: number;
  /** Pooled text and picture size, for the families that use them. */
  vector?: Float32Array;
  /** The caption itself, for text encoders that are trained too. */
  text: string;
}

/** A picture in latent space: width * height values per channel, channel after channel. */
export interface NativeLatent {
  /** Latent pixels. */
  width: number;
  height: number;
  channels: number;
  mean: Float32Array;
  /** Standard deviation of the encoder's distribution; absent: the encoder gives a point. A step draws mean + deviation * normal. */
  deviation?: Float32Array;
}

/** A tensor with its shape as in files: the slowest dimension first, as in safetensors and PyTorch. */
export interface NativeTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

export interface NativeNetworkRequest {
  kind: 'lora' | 'loha' | 'lokr';
  rank: number;
  /** The network's output is scaled by alpha / rank. */
  alpha: number;
  /** Rank and alpha for kernels larger than 1x1; 0: the same as `rank` and `alpha`. */
  convRank?: number;
  convAlpha?: number;
  /** LoKr: largest size of the small matrix. */
  factor?: number;
  /**
   * default: attention and feed-forward layers; attention: only those; conv: default and, in a UNet, the convolutions and time projections
   * of its blocks; full: every layer that a LoRA can change.
   */
  targets?: 'default' | 'attention' | 'conv' | 'full';
  /** Patterns over layer names as in the file; they replace `targets`. `*` and `?` as in a shell; `/.../` is a regular expression. */
  include?: string[];
  exclude?: string[];
  /** LoRA: share of the ranks that each item and step leaves out, 0 <= dropout < 1. */
  dropout?: number;
  unet?: boolean; // true
  textEncoder?: boolean; // false
  /** Seed of the initial values, 0 .. 2^53 - 1. */
  seed: number;
  /** Values to start from instead of random ones, by name. */
  values?: { name: string; data: Float32Array }[];
}

export interface NativeNetworkModule {
  /** Name as in the file, without suffix. */
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
  /** Bytes of the parameters and their gradients. */
  networkBytes: number;
  /** Free memory of the device; 0: unknown. */
  freeBytes: number;
  nodes: number;
  /** Operations the device does not support, with their shapes. Empty: the device can train this network. */
  unsupported: string[];
}

/** Omitted numbers default to those of the method's reference implementation, given here. */
export type NativeOptimizer =
  /** Decoupled weight decay (arXiv 1711.05101), as PyTorch's AdamW. */
  | { kind: 'adamw'; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number } // 0.9, 0.999, 1e-8, 0.01
  /** arXiv 2302.06675, with decoupled weight decay. */
  | { kind: 'lion'; beta1?: number; beta2?: number; weightDecay?: number } // 0.9, 0.99, 0
  /** arXiv 1804.04235, as transformers' Adafactor with scale_parameter = relative_step unless set otherwise. */
  | {
      kind: 'adafactor';
      /** true: the step size depends on the step number and the learning rate is ignored. */
      relativeStep?: boolean; // false
      scaleParameter?: boolean; // false
      warmupInit?: boolean; // false; only with relativeStep
      clipThreshold?: number; // 1
      decayRate?: number; // -0.8
      /** Decay of the first moment; 0: no first moment. */
      beta1?: number; // 0
      epsilon1?: number; // 1e-30
      epsilon2?: number; // 1e-3
      weightDecay?: number; // 0
    }
  /** arXiv 2306.06101, as prodigyopt: estimates the step size d itself and multiplies it by the learning rate (usually 1). */
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
  /** Distribution of the noise level u in 0 .. 1. logit-normal: sigmoid(mean + deviation * normal). Default uniform. */
  sampling?: 'uniform' | 'logit-normal';
  mean?: number; // 0
  deviation?: number; // 1
  /** Range of noise levels to draw from: 0 = picture, 1 = noise. */
  min?: number; // 0
  max?: number; // 1
  /** u becomes shift * u / (1 + (shift - 1) * u): larger means noisier. 0: the family's default. */
  shift?: number; // 0
  /** Each channel's noise is offset by this times a normal number. */
  noiseOffset?: number; // 0
  /** Extra noise added to the network's input but not to its target (arXiv 2301.11706). */
  inputPerturbation?: number; // 0
  /** Gamma of min-SNR weighting (arXiv 2303.09556), eps and v only; 0: off. */
  minSnr?: number; // 0
  /** Pseudo-Huber loss 2c(sqrt(d^2 + c^2) - c) with this c; 0: squared error. */
  huber?: number; // 0
}

export interface NativeBeginRequest {
  optimizer: NativeOptimizer;
  objective?: NativeObjectiveSettings;
  /** Decay per step of the parameters' moving average; 0: no average. */
  ema?: number; // 0
  /** Maximum norm of all gradients together; 0: no clipping. */
  clipNorm?: number; // 1
  /** Factor on the loss for the backward pass; 0: the number of values the network outputs. Halved while gradients overflow. */
  lossScale?: number; // 0
  checkpointing?: NativeCheckpointing; // none
}

/** One picture of a micro-batch. Arrays are copied at call time. */
export interface NativeTrainItem {
  latent: NativeLatent;
  text: NativeTextCondition;
  /** Index of the picture in the data set, 0 .. 2^32 - 1. Seed, step and id determine the item's random numbers. */
  id: number;
  /**
   * With sizeConditions, in pixels: original height and width, crop top and left, target height and width. Default: those of the text's
   * vector.
   */
  sizes?: readonly [number, number, number, number, number, number];
  /** Weight of this item's loss, e.g. for prior preservation. */
  weight?: number; // 1
  /** Loss weight per latent pixel: width * height values. */
  mask?: Float32Array;
  /** Replaces the drawn noise; offset and perturbation then do not apply. width * height * channels values. */
  noise?: Float32Array;
  /** Replaces the drawn timestep. */
  timestep?: number;
}

/** Items of one size that are computed together; at most info().maxBatch. */
export interface NativeTrainBatch {
  items: NativeTrainItem[];
}

export interface NativeStepRequest {
  /** Micro-batches; their gradients are averaged over all items. */
  batches: NativeTrainBatch[];
  learningRate: number;
  /** Learning rate of the text encoders. Default learningRate. */
  textLearningRate?: number;
  /** 0 .. 2^53 - 1. */
  seed: number;
  /** Number of this step, 0 .. 2^32 - 1. Seed and step determine its random numbers. */
  step: number;
}

export interface NativeStepResult {
  /** Mean loss of the items. */
  loss: number;
  /** Loss per item, in order. */
  losses: Float32Array;
  /** Timestep drawn per item. */
  timesteps: Float32Array;
  /** Gradient norm before clipping. */
  gradientNorm: number;
  /** Loss scale that gave finite gradients. */
  lossScale: number;
  /** Factor that the optimizer applied to the learning rate (Prodigy's d); otherwise 1. */
  stepSize: number;
}

export interface NativeEvaluateRequest {
  batch: NativeTrainBatch;
  seed: number;
  /** Noise levels to average over. The item and the index in this list determine the noise. */
  timesteps: number[];
  /** true: uses the averaged parameters. */
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

/** Everything needed to continue a run with bit-identical results. */
export interface NativeTrainState {
  optimizer: NativeOptimizer['kind'];
  tensors: NativeTensor[];
  /** State that is not a tensor: doubles, which JSON stores exactly. */
  numbers: Record<string, number>;
}

/**
 * A model opened for training. Order of calls: encode texts and images, createNetwork, begin, then steps. Jobs run one after the other; a
 * job that fails or is cancelled leaves parameters and optimizer unchanged.
 */
export interface NativeTrainer {
  info(): NativeTrainerInfo;
  /** Width and height (pixels) of the picture matter to families with size conditions. Loads the text encoders at the first call. */
  encodeTexts(request: { texts: string[]; width: number; height: number }, onEvent: Listen): NativeJob<NativeTextCondition[]>;
  encodeImage(image: NativeImage, onEvent: Listen): NativeJob<NativeLatent>;
  /** Frees text encoders and autoencoder; the next encoding loads them again. */
  releaseEncoders(): NativeJob<void>;
  /** A second call replaces the network and discards the session. */
  createNetwork(request: NativeNetworkRequest, onEvent: Listen): NativeJob<NativeNetworkInfo>;
  plan(request: NativeTrainPlanRequest, onEvent: Listen): NativeJob<NativeTrainPlan>;
  /** Starts a session with a new optimizer, average and loss scale. */
  begin(request: NativeBeginRequest): NativeJob<void>;
  /** One optimizer step. Progress: phase train, micro-batches. Fails with ERR_TRAIN_DIVERGED when loss or gradient stay non-finite. */
  step(request: NativeStepRequest, onEvent: Listen): NativeJob<NativeStepResult>;
  /** Loss per item, averaged over the timesteps, without masks or weights. Changes nothing. */
  evaluate(request: NativeEvaluateRequest, onEvent: Listen): NativeJob<Float32Array>;
  /** The network's output, of the same length as x. */
  predict(request: NativePredictRequest, onEvent: Listen): NativeJob<Float32Array>;
  /** All tensors of a LoRA file, alpha included, named as in the file. */
  exportNetwork(request: { ema?: boolean }): NativeJob<NativeTensor[]>;
  exportState(): NativeJob<NativeTrainState>;
  /** Call it after createNetwork and begin with the same settings. */
  importState(state: NativeTrainState): NativeJob<void>;
  /** Frees everything on the engine thread, after earlier jobs. */
  dispose(): NativeJob<void>;
}

export interface NativeGradientCheckRequest {
  /** Device to compare with the CPU, as in backend options; default: the best one. */
  backend?: string;
  /** Checks only this family's small model. */
  family?: NativeTrainerInfo['family'];
  threads?: number;
}

/** Gradients of a small random model. All three numbers are 0 if `unsupported` is not empty. */
export interface NativeGradientCheck {
  family: NativeTrainerInfo['family'];
  device: string;
  /** Cosine between the device's gradient and the CPU's. */
  cosine: number;
  /** Length of the difference between both gradients, relative to the CPU's. */
  relative: number;
  /** Relative difference between the derivative along the gradient and central differences of the loss, both on the device. */
  directional: number;
  /** Number of nodes in the training graph. */
  nodes: number;
  /** Operations the device does not support, with their shapes. If there are any, nothing was computed on it. */
  unsupported: string[];
}
