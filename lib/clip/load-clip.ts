import { ArtistError, defined, display, resolveOptions } from '../core/index.ts';
import { addonFor, CallSite, commonEvent, type NativeClip, runJob } from '../engine/index.ts';
import { Clip } from './clip.ts';
import { checkEdge, checkNetwork } from './description/belongs.ts';
import type { ClipDescription } from './description/description.ts';
import { preprocessingOf, readClipConfig, readPreprocessorConfig, settingsFromHeaders } from './description/shape.ts';
import { findClipFiles } from './model-files.ts';
import { type LoadClipOptions, loadClipOptions } from './options.ts';
import { clipTokenizer } from './tokenizer.ts';

/** In messages, a configuration file has the name the user gave. */
function named(error: unknown, name: string, site: CallSite): unknown {
  if (!(error instanceof ArtistError) || error.code !== 'ERR_MODEL_FORMAT' || error.message.startsWith(name)) return error;
  return site.error('ERR_MODEL_FORMAT', `${name}: ${error.message}`, { cause: error, details: error.details });
}

async function firstConfig(paths: readonly string[]): Promise<ClipDescription | undefined> {
  for (const path of paths) {
    const found = await readClipConfig(path, false);
    if (found) return found;
  }
  return undefined;
}

/**
 * Loads a CLIP model; resolves when its weights are resident.
 *
 *     const clip = await loadClip();                                  // the bundled one: ranks pictures of the bundled painter
 *     const clip = await loadClip('./clip-vit-large-patch14');        // a folder of Hugging Face's CLIPModel
 *     const clip = await loadClip('./model.safetensors', { weightType: 'f16' });
 *
 * Every size is read from the file: ViT-B/32, B/16, L/14, L/14-336, H/14, bigG/14, OpenAI's ResNets (RN50, RN101, RN50x4, x16, x64) and
 * whatever else is built like them. Tensor names may be those of Hugging Face's CLIPModel, of OpenCLIP, or of clip.cpp's GGUF files.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_MODEL_NOT_FOUND, ERR_READ; ERR_MODEL_FORMAT: damaged, no CLIP, a missing tower, wrong shapes
 *   or NaN weights: the message names the tensor; a configuration of another model; ERR_UNSUPPORTED: another activation, towers of another kind; ERR_NO_DEVICE; ERR_OUT_OF_MEMORY;
 *   ERR_MODEL_LOAD: the engine's own words; ERR_NO_BINARY; `signal.reason` when aborted
 */
export async function loadClip(spec?: string | LoadClipOptions, options?: Omit<LoadClipOptions, 'model'>): Promise<Clip> {
  const site = new CallSite('loadClip', loadClip);
  if (typeof spec !== 'string' && spec !== undefined && options !== undefined) {
    throw site.error('ERR_INVALID_ARGUMENT', `loadClip: expected one object with all options, got a second argument (${display(options)})`);
  }
  const resolved = resolveOptions(
    'loadClip',
    loadClipOptions,
    typeof spec === 'string' ? { ...options, model: spec } : (spec ?? options ?? {}),
  );
  const { signal, onProgress, weightType, threads, backend, paramsBackend } = resolved;
  signal?.throwIfAborted();
  const { name, files, headers, network, ...beside } = await findClipFiles(resolved.model);
  const preprocessorPath = resolved.preprocessor ?? beside.preprocessor;
  const config = resolved.config === undefined ? await firstConfig(beside.configs) : await readClipConfig(resolved.config, true);
  if (config) checkNetwork(config, network);
  const preprocessor = await readPreprocessorConfig(preprocessorPath, resolved.preprocessor !== undefined);
  const { source, text, image, endToken } = config?.settings ?? settingsFromHeaders(headers);
  const tokenizer = await clipTokenizer();
  signal?.throwIfAborted();
  const addon = await addonFor(resolved.isolate);
  let native: NativeClip;
  try {
    native = await runJob<NativeClip>(
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
      (listen) => addon.loadClip(defined({ files, text, image, endToken, weightType, threads, backend, paramsBackend }), listen),
    );
  } catch (error) {
    throw named(error, resolved.model ?? name, site);
  }
  const info = { ...native.info(), name, files, configSource: source };
  try {
    if (config) checkEdge(config, info);
    return new Clip(addon, native, tokenizer, info, preprocessingOf(preprocessorPath, info.edge, config?.preprocessing, preprocessor));
  } catch (error) {
    await native.dispose().promise;
    throw error;
  }
}
