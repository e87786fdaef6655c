import { configPath, type LoadedConfig } from '../../config/index.ts';
import { homeOf } from '../../core/index.ts';
import { type GenerateOptions, optionTables, type Rows } from '../../engine/index.ts';

/** What the configuration says about a model and how it paints, as options of lib. */
export interface PaintSettings {
  /** undefined: the bundled one. */
  model: string | undefined;
  options: GenerateOptions;
}

/** A model's alias or address stays; a path is relative to the home folder. */
function modelOf(name: string, home: string): string {
  const isPath = /[\\/]|\.(safetensors|gguf|ckpt|pt|pth)$/i.test(name) && !/^(hf:|https?:)/.test(name);
  return isPath ? configPath(name, home) : name;
}

/**
 * The settings `model`, `loras` and `paint`. They belong together: how one model paints says nothing about another, so that none of them counts
 * where the command line names a model.
 */
export function paintSettings(loaded: LoadedConfig, givenModel: string | undefined): PaintSettings {
  const { config, home } = loaded;
  if (givenModel !== undefined && givenModel !== config.model) return { model: givenModel, options: {} };
  const { loras } = config;
  const options = {
    ...config.paint,
    ...(loras.length > 0 && {
      loras: loras.map(({ path: file, weight }) => ({ path: configPath(file, homeOf(home).loras), weight })),
    }),
  };
  return { model: config.model === undefined ? undefined : modelOf(config.model, home), options };
}

/** The settings with the given options above them. A setting that a given option replaces drops out: own `sigmas` replace `steps`. */
export function overSettings(settings: GenerateOptions, given: GenerateOptions): GenerateOptions {
  const table: Rows = optionTables.generate;
  const replaced = new Set(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : (table[name]?.replaces ?? []))));
  return { ...Object.fromEntries(Object.entries(settings).filter(([name]) => !replaced.has(name))), ...given };
}
