import { resolve } from 'node:path';
import { ArtistError, display, homeFolder, resolveOptions } from '../core/index.ts';
import type { ModelHeader } from '../models/index.ts';
import { addonFor } from './addon/engine.ts';
import type { NativeAddon } from './addon/native.ts';
import type { NativeModel, NativeModelRequest } from './addon/native-types.ts';
import { commonEvent } from './jobs/events.ts';
import { CallSite, runJob } from './jobs/job.ts';
import { Model } from './model.ts';
import { findModelFiles } from './model-files.ts';
import { type LoadModelOptions, loadModelOptions, type ResolvedLoad } from './options/load-model.ts';
import type { GenerateContext } from './paint/generate.ts';
import { defined, tensorTypeRules } from './paint/request.ts';
import { checkEmbedding, type FileRole, fileRoles, weightsFile } from './paint/weights.ts';

/** Options that do not change the pixels; the recipe does without them. */
const invisible: ReadonlySet<string> = new Set<keyof ResolvedLoad>([
  ...fileRoles,
  'embeddings',
  'threads',
  'mmap',
  'maxVram',
  'streamLayers',
  'backend',
  'paramsBackend',
  'lazy',
  'isolate',
  'home',
  'signal',
  'onProgress',
  'taePreviewOnly',
]);

/** The files whose weights a LoRA can change. */
export const loraTargets: readonly FileRole[] = ['model', 'diffusionModel', 'clipL', 'clipG', 't5xxl', 'llm', 'vae'];

function nativeModelRequest(options: ResolvedLoad, files: Partial<Record<FileRole, string>>): NativeModelRequest {
  const {
    signal: _signal,
    onProgress: _listener,
    isolate: _isolate,
    home: _home,
    seamless,
    embeddings,
    tensorTypeRules: rules,
    ...tuning
  } = options;
  return defined({
    ...tuning,
    ...files,
    model: files.model,
    embeddings: embeddings && Object.entries(embeddings).map(([name, path]) => ({ name, path: resolve(path) })),
    tensorTypeRules: tensorTypeRules(rules),
    seamlessX: seamless === undefined ? undefined : seamless === true || seamless === 'x',
    seamlessY: seamless === undefined ? undefined : seamless === true || seamless === 'y',
  }) as NativeModelRequest;
}

/** Names and hashes for the recipe. Large files take seconds to hash, so this starts once the model is loaded and runs beside what follows. */
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
  // Who paints first hears of a failure; a model that never paints has no use for it.
  weights.catch(() => undefined);
  return weights;
}

/** Options that are about a file that must be there, the caller's or the alias'. */
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
 * Every file's header is read and checked before the engine sees it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_MODEL_NOT_FOUND: no such alias or file, or not pulled yet; ERR_MODEL_FORMAT: damaged, or
 *   a file of another kind (a LoRA, an upscaler…), which the message names; ERR_READ; ERR_UNSUPPORTED; ERR_NO_DEVICE; ERR_OUT_OF_MEMORY;
 *   ERR_MODEL_LOAD: the engine's own words, with its log lines in `details`; ERR_NO_BINARY; `signal.reason`, as it is, when aborted
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
          const told = commonEvent(event);
          if (told && told.type !== 'upscale') onProgress?.(told);
        },
        discard: (late) => void late.dispose().promise.catch(() => undefined),
      },
      (listen) => addon.loadModel(nativeModelRequest({ ...resolved, weightType }, files), listen),
    );
  } catch (error) {
    throw withDevices(error, addon, site);
  }
  const tuning = Object.fromEntries(Object.entries(resolved).filter(([option, value]) => value !== undefined && !invisible.has(option)));
  return new Model(native, native.info(), name, files as Record<string, string>, {
    addon,
    defaults: Object.freeze({ ...defaults }),
    files: files as Record<string, string>,
    headers: loraTargets.map((role) => headers[role]).filter((header) => header !== undefined),
    weights: weightsOf(name, headers),
    tuning,
    home,
  });
}
