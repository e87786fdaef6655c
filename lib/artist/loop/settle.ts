import { type Config, configPath, type LoadedConfig } from '../../config/index.ts';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import type { Weights } from '../../curation/index.ts';
import type { GenerateOptions, LoadModelOptions } from '../../engine/index.ts';
import type { TunedMode } from '../../tune/index.ts';
import { overSettings, paintSettings } from '../orders/paint-settings.ts';
import { type CreateOptions, createOptions, type LoopOptions, loadRows, paintRows } from './create-options.ts';

export interface CurationSettings {
  wildCardOneIn: number;
  secondsPerPoint: number;
  taste: string | undefined;
  reject: readonly string[];
}

/** A work's options, completed from the configuration. */
export interface Settled {
  wishes: LoopOptions & { score: boolean; domainCheck: boolean; tuned: TunedMode };
  /** Options of generate(), without prompt and seed. */
  paint: GenerateOptions;
  /** Options of loadModel(), without the model. */
  load: LoadModelOptions;
  seed: number | undefined;
  weights: Weights;
  prompt: Config['prompt'];
  curation: CurationSettings;
}

/** @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, ERR_CONFIG when a setting is */
export function settle(options: CreateOptions, loaded: LoadedConfig): Settled {
  const wishes = resolveOptions('create', createOptions, options);
  if (wishes.score === false && wishes.clip !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `clip: expected to be left out with score: false, got ${JSON.stringify(wishes.clip)}`);
  const { config, home } = loaded;
  const { create, curation } = config;
  const { model, options: configured, load } = paintSettings(loaded, wishes.model);
  const given = (rows: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(options).filter(([name, value]) => name in rows && value !== undefined));
  const { seed, ...paint } = overSettings(configured, given(paintRows));
  return {
    wishes: {
      ...wishes,
      model,
      candidates: wishes.candidates ?? create.candidates,
      tuned: wishes.tuned ?? config.tuned,
      upscale: wishes.upscale ?? create.upscale,
      domainCheck: wishes.domainCheck ?? create.domainCheck,
      // A caller that names a CLIP wants scores.
      score: wishes.score ?? (wishes.clip !== undefined || create.score),
      clip: wishes.clip ?? (create.clip === undefined ? undefined : configPath(create.clip, home)),
    },
    paint,
    load: { ...load, ...given(loadRows) },
    seed,
    weights: curation.weights,
    prompt: config.prompt,
    curation: {
      wildCardOneIn: curation.wildCardOneIn,
      secondsPerPoint: curation.secondsPerPoint,
      taste: wishes.taste ?? (curation.taste === undefined ? undefined : configPath(curation.taste, home)),
      reject: wishes.reject ?? curation.reject,
    },
  };
}
