import { configPath, type LoadedConfig } from '../../config/index.ts';
import { homeOf } from '../../core/index.ts';
import { type GenerateOptions, type LoadModelOptions, optionTables, type Rows } from '../../engine/index.ts';
import { loadRows } from '../loop/create-options.ts';

/** The model of the configuration and its options, under the names of the library. */
export interface PaintSettings {
  /** Alias, address or path; undefined: the bundled one. */
  model: string | undefined;
  /** Of generate(). */
  options: GenerateOptions;
  /** Of loadModel(), without its files. */
  load: LoadModelOptions;
}

/** Resolves a path against the home folder; an alias or address stays as it is. */
function modelOf(name: string, home: string): string {
  const isPath = /[\\/]|\.(safetensors|gguf|ckpt|pt|pth)$/i.test(name) && !/^(hf:|https?:)/.test(name);
  return isPath ? configPath(name, home) : name;
}

/**
 * The settings `model`, `loras` and `paint`. They belong together, because the options of one model do not suit another: when the caller names a
 * different model, none of them applies.
 */
export function paintSettings(loaded: LoadedConfig, givenModel: string | undefined): PaintSettings {
  const { config, home } = loaded;
  if (givenModel !== undefined && givenModel !== config.model) return { model: givenModel, options: {}, load: {} };
  const { loras } = config;
  const isLoaded = ([name]: [string, unknown]): boolean => name in loadRows;
  const settings = Object.entries(config.paint);
  const options = {
    ...Object.fromEntries(settings.filter((one) => !isLoaded(one))),
    ...(loras.length > 0 && {
      loras: loras.map(({ path: file, weight }) => ({ path: configPath(file, homeOf(home).loras), weight })),
    }),
  } as GenerateOptions;
  const load = Object.fromEntries(settings.filter(isLoaded));
  return { model: config.model === undefined ? undefined : modelOf(config.model, home), options, load };
}

/** The settings, overridden by the given options. A given option also drops the settings it replaces: `sigmas` replaces `steps`. */
export function overSettings(settings: GenerateOptions, given: GenerateOptions): GenerateOptions {
  const table: Rows = optionTables.generate;
  const replaced = new Set(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : (table[name]?.replaces ?? []))));
  return { ...Object.fromEntries(Object.entries(settings).filter(([name]) => !replaced.has(name))), ...given };
}

/** What is loaded and painted for options of loadModel() and generate(): these, over the settings of the model they name. */
export function paintingOf(
  loaded: LoadedConfig,
  load: LoadModelOptions,
  given: GenerateOptions,
): { load: LoadModelOptions; options: GenerateOptions } {
  const { model: settled, options, load: settings } = paintSettings(loaded, load.model ?? load.diffusionModel);
  const model = load.diffusionModel === undefined && settled !== undefined ? { model: settled } : {};
  return { load: { ...settings, ...load, ...model, home: loaded.home }, options: overSettings(options, given) };
}
