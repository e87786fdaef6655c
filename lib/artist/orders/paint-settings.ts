import { type Config, configPath, type LoadedConfig } from '../../config/index.ts';
import { ArtistError, homeOf, isArtistError, resolveOptions } from '../../core/index.ts';
import { generateOptions } from '../../engine/index.ts';

/** Fields of `paint` in the configuration, and the option of generate() that each is. */
const paintOptions: Readonly<Record<keyof Config['paint'], string>> = {
  width: 'width',
  height: 'height',
  steps: 'steps',
  sampler: 'sampler',
  scheduler: 'scheduler',
  cfg: 'cfgScale',
  negative: 'negativePrompt',
};

/** What the configuration says about a model and how it paints, as options of lib. */
export interface PaintSettings {
  /** undefined: the bundled one. */
  model: string | undefined;
  options: Record<string, unknown>;
}

/** A model's alias or address stays; a path is relative to the home folder. */
function modelOf(name: string, home: string): string {
  const isPath = /[\\/]|\.(safetensors|gguf|ckpt|pt|pth)$/i.test(name) && !/^(hf:|https?:)/.test(name);
  return isPath ? configPath(name, home) : name;
}

/** @throws ArtistError ERR_CONFIG: a value that generate() would refuse, with the line it stands in */
function checkPaint(options: Record<string, unknown>, { origins }: LoadedConfig): void {
  try {
    resolveOptions('paint', generateOptions, options);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    const [field = '', rest = error.message] = /^([\w.]+): (.*)$/s.exec(error.message)?.slice(1) ?? [];
    const [top = ''] = field.split('.');
    const key = Object.entries(paintOptions).find(([, option]) => option === top)?.[0];
    const full = key === undefined ? field : `paint.${key}`;
    const place = origins.get(
      full
        .split('.')
        .slice(0, key === undefined ? 1 : 2)
        .join('.'),
    )?.place;
    throw new ArtistError('ERR_CONFIG', `${place ? `${place}: ` : ''}${full}: ${rest}`, { cause: error });
  }
}

/**
 * The settings `model`, `loras` and `paint`. They belong together: how one model paints says nothing about another, so that none of them counts
 * where the command line names a model.
 *
 * @throws ArtistError ERR_CONFIG
 */
export function paintSettings(loaded: LoadedConfig, givenModel: string | undefined): PaintSettings {
  const { config, home } = loaded;
  const options: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(paintOptions)) {
    const value = config.paint[key as keyof Config['paint']];
    if (value !== undefined) options[option] = value;
  }
  if (config.loras.length > 0)
    options['loras'] = config.loras.map(({ path: file, weight }) => ({ path: configPath(file, homeOf(home).loras), weight }));
  checkPaint(options, loaded);
  if (givenModel !== undefined && givenModel !== config.model) return { model: givenModel, options: {} };
  return { model: config.model === undefined ? undefined : modelOf(config.model, home), options };
}
