import { resolve } from 'node:path';
import { ArtistError, defined, display, homeFolder, resolveOptions } from '../core/index.ts';
import type { ModelHeader } from '../models/index.ts';
import { addonFor } from './addon/engine.ts';
import type { NativeAddon } from './addon/native.ts';
import type { NativeModel, NativeModelRequest } from './addon/native-types.ts';
import { commonEvent } from './jobs/events.ts';
import { CallSite, runJob } from './jobs/job.ts';
import { Model } from './model.ts';
import { findModelFiles } from './model-files.ts';
import { type LoadModelOptions, loadModelOptions, loadModelRows, type ResolvedLoad } from './options/load-model.ts';
import type { Rows } from './options/row.ts';
import type { GenerateContext } from './paint/generate.ts';
import { nativeFields } from './paint/native-fields.ts';
import { checkEmbedding, type FileRole, weightsFile } from './paint/weights.ts';

/** Roles of the files whose weights a LoRA can change. */
export const loraTargets: readonly FileRole[] = ['model', 'diffusionModel', 'clipL', 'clipG', 't5xxl', 'llm', 'vae'];

function nativeModelRequest(options: ResolvedLoad, files: Partial<Record<FileRole, string>>): NativeModelRequest {
  const { seamless, embeddings } = options;
  return defined({
    ...nativeFields(loadModelRows, options),
    ...files,
    model: files.model,
    embeddings: embeddings && Object.entries(embeddings).map(([name, path]) => ({ name, path: resolve(path) })),
    seamlessX: seamless === undefined ? undefined : seamless === true || seamless === 'x',
    seamlessY: seamless === undefined ? undefined : seamless === true || seamless === 'y',
  }) as NativeModelRequest;
}

/** Names and hashes for the recipe. Hashing large files takes seconds, so it starts once the model is loaded and runs in the background. */
function weightsOf(name: string, headers: Partial<Record<FileRole, ModelHeader>>): GenerateContext['weights'] {
  const one = async (role: FileRole, known?: string) => {
    const header = headers[role];
    return header && weightsFile(header, known);
  };
  const weights = (async () => {
    const [model, vae, controlNet] = await Promise.all([
      one(headers.diffusionModel ? 'diffusionModel' : 'model', name),
      headers.vae ? one('vae') : one('tae'),
      one('controlNet'),
    ]);
    return { model: model ?? { name }, vae, controlNet };
  })();
  // The first generate() call awaits this and gets a failure; a model that never paints does not need the hashes.
  weights.catch(() => undefined);
  return weights;
}

/** Checks options that need another file, given by the caller or the alias. */
function checkParts(options: ResolvedLoad, files: Partial<Record<FileRole, string>>): void {
  const needs = [
    ['taePreviewOnly', 'tae', options.taePreviewOnly === true],
    ['llmVision', 'llm', options.llmVision !== undefined],
    ['uncondDiffusionModel', 'diffusionModel', options.uncondDiffusionModel !== undefined],
  ] as const;
  for (const [option, needed, given] of needs)
    if (given && files[needed] === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${option}: expected ${needed} beside it, got none. Without it this has no effect`);
}

function withDevices(error: unknown, addon: NativeAddon, site: CallSite): unknown {
  if (!(error instanceof ArtistError) || error.code !== 'ERR_NO_DEVICE') return error;
  const present = addon
    .listDevices()
    .map((device) => device.name)
    .join(', ');
  return site.error('ERR_NO_DEVICE', `${error.message}. Present here: ${present}. Choose one of them as backend, or leave it out`, {
    cause: error,
    details: error.details,
  });
}

/**
 * Loads a model; resolves when its weights are resident (with `lazy`: when its headers are read).
 *
 *     const model = await loadModel();                               // the bundled model
 *     const model = await loadModel('sd15', { signal });             // an alias: `ai-artist models pull sd15` fetches it
 *     const model = await loadModel('./dreamshaper.safetensors');
 *     const model = await loadModel({ diffusionModel, clipL, t5xxl, vae, weightType: 'q8_0' });
 *
 * Every file's header is read and checked before the engine opens the file.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_MODEL_NOT_FOUND when there is no such alias or file, or the alias
 *   is not pulled yet; ERR_MODEL_FORMAT when a file is damaged or of another kind (a LoRA, an upscaler…), which the message names;
 *   ERR_READ when a file cannot be read; ERR_UNSUPPORTED when the model is of a kind the engine does not support; ERR_NO_DEVICE when
 *   `backend` names no device here; ERR_OUT_OF_MEMORY; ERR_MODEL_LOAD when the engine fails, with its message and its log lines in
 *   `details`; ERR_NO_BINARY when the addon cannot be loaded
 * @throws `signal.reason` when aborted
 */
export async function loadModel(
  spec?: string | LoadModelOptions,
  options?: Omit<LoadModelOptions, 'model' | 'diffusionModel'>,
): Promise<Model> {
  const site = new CallSite('loadModel', loadModel);
  if (typeof spec !== 'string' && spec !== undefined && options !== undefined) {
    throw site.error(
      'ERR_INVALID_ARGUMENT',
      `loadModel: expected one object with all options, got a second argument (${display(options)})`,
    );
  }
  const resolved = resolveOptions(
    'loadModel',
    loadModelOptions,
    typeof spec === 'string' ? { ...options, model: spec } : (spec ?? options ?? {}),
  );
  const { signal, onProgress } = resolved;
  signal?.throwIfAborted();
  const home = resolve(resolved.home ?? homeFolder());
  const { name, files, headers, defaults, weightType } = await findModelFiles({ ...resolved, home });
  checkParts(resolved, files);
  for (const [word, path] of Object.entries(resolved.embeddings ?? {})) await checkEmbedding(word, path);
  signal?.throwIfAborted();
  const addon = await addonFor(resolved.isolate);
  signal?.throwIfAborted();
  let native: NativeModel;
  try {
    native = await runJob<NativeModel>(
      {
        addon,
        site,
        signal,
        onEvent: (event) => {
          const shown = commonEvent(event);
          if (shown && shown.type !== 'upscale') onProgress?.(shown);
        },
        discard: (late) => void late.dispose().promise.catch(() => undefined),
      },
      (listen) => addon.loadModel(nativeModelRequest({ ...resolved, weightType }, files), listen),
    );
  } catch (error) {
    throw withDevices(error, addon, site);
  }
  const tuning = Object.fromEntries(
    Object.entries(resolved).filter(([option, value]) => value !== undefined && (loadModelRows as Rows)[option]?.recipe !== false),
  );
  const info = native.info();
  if (info.diffusionConvDirect) tuning['diffusionConvDirect'] = true;
  // A recipe without it means f32.
  if (tuning['cpuPrecision'] === 'f32') delete tuning['cpuPrecision'];
  return new Model(native, info, name, files as Record<string, string>, {
    addon,
    defaults: Object.freeze({ ...defaults }),
    files: files as Record<string, string>,
    headers: loraTargets.map((role) => headers[role]).filter((header) => header !== undefined),
    weights: weightsOf(name, headers),
    tuning,
    home,
  });
}
