/** Messages between the parent and the isolated engine process, over Node's own IPC channel with `serialization: 'advanced'`. */
import type { NativeAddon } from '../addon/native.ts';
import type { NativeEvent, NativeImage, NativeLogLevel } from '../addon/native-events.ts';
import type {
  NativeCannyRequest,
  NativeClipInfo,
  NativeClipRequest,
  NativeConvertRequest,
  NativeDevice,
  NativeEnums,
  NativeGenerateRequest,
  NativeGenerateResult,
  NativeModelInfo,
  NativeModelRequest,
  NativeUpscalerRequest,
  NativeVersions,
} from '../addon/native-types.ts';

/** Jobs, as data. `target` is the id of the call that loaded the model, upscaler or CLIP. */
export type Call =
  | { method: 'loadModel'; request: NativeModelRequest }
  | { method: 'loadUpscaler'; request: NativeUpscalerRequest }
  | { method: 'loadClip'; request: NativeClipRequest }
  | { method: 'convertModel'; request: NativeConvertRequest }
  | { method: 'cannyEdges'; image: NativeImage; request: NativeCannyRequest }
  | { method: 'generate'; target: number; request: NativeGenerateRequest }
  | { method: 'upscale'; target: number; image: NativeImage }
  | { method: 'embedTexts'; target: number; request: { ids: Int32Array; lengths: Int32Array } }
  | { method: 'embedImages'; target: number; request: { pixels: Float32Array } }
  | { method: 'dispose'; target: number };

/** What each job resolves with. A loaded model stays in the child; only its info is sent. */
export interface Results {
  loadModel: NativeModelInfo;
  loadUpscaler: { factor: number };
  loadClip: NativeClipInfo;
  convertModel: undefined;
  cannyEdges: NativeImage;
  generate: NativeGenerateResult;
  upscale: NativeImage;
  embedTexts: Float32Array;
  embedImages: Float32Array;
  dispose: undefined;
}

export type Settings = Parameters<NativeAddon['configure']>[0];
export type LogLevel = NativeLogLevel | 'off';

export type ToChild =
  | { type: 'call'; id: number; call: Call }
  | { type: 'cancel'; id: number }
  | { type: 'configure'; settings: Settings }
  | { type: 'log-level'; level: LogLevel };

/** What the addon reports without a job; sent once when the child starts. */
export interface Facts {
  versions: NativeVersions;
  systemInfo: string;
  physicalCores: number;
  enums: NativeEnums;
  devices: NativeDevice[];
}

/** An Error as plain fields, because the channel loses the prototype and own properties of errors. */
export interface Failure {
  name: string;
  message: string;
  code: string | undefined;
  log: string[];
}

export type ToParent =
  | { type: 'ready'; facts: Facts }
  | { type: 'unusable'; failure: Failure }
  /** The child received the call. If it dies before this message, the next child gets the call. */
  | { type: 'accepted'; id: number }
  | { type: 'event'; id: number; event: NativeEvent }
  | { type: 'result'; id: number; value: Results[keyof Results] }
  | { type: 'failure'; id: number; failure: Failure };

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: undefined, log: [] };
  const { code, log, details } = error as { code?: unknown; log?: unknown; details?: unknown };
  const lines = Array.isArray(log) ? log : Array.isArray(details) ? details : [];
  return { name: error.name, message: error.message, code: typeof code === 'string' ? code : undefined, log: lines.map(String) };
}

/** Rebuilds the Error that the addon would have thrown: a TypeError for a bad argument, else an Error with `code` and `log`. */
export function fromFailure(failure: Failure): Error {
  const error = failure.name === 'TypeError' ? new TypeError(failure.message) : new Error(failure.message);
  return failure.code === undefined ? error : Object.assign(error, { code: failure.code, log: failure.log });
}
