import type { BenchOptions, EngineOptions, TunedOptions } from '../../lib/bench/index.ts';
import { defined } from '../../lib/core/index.ts';
import { withTuned } from '../../lib/tune/index.ts';

/** What `tune` found for the bundled model, as far as the given options leave it. */
async function tunedOptions({ backend, threads }: EngineOptions, warn: (line: string) => void): Promise<TunedOptions | undefined> {
  const { load, options, tuned } = await withTuned(
    { load: { model: 'ai-artist-mini', ...defined({ backend, threads }) }, options: { prompt: '' } },
    { mode: 'on', warn },
  );
  if (!tuned) return undefined;
  const found = <T extends object>(values: T): Partial<T> =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name in tuned)) as Partial<T>;
  return { load: found(load), paint: found(options) };
}

/** The same, and the bundled model painted with what `tune` found, where it found something. */
export async function alsoTuned(given: BenchOptions, warn: (line: string) => void): Promise<BenchOptions> {
  return given.model ? given : { ...given, ...defined({ tuned: await tunedOptions(given.engine ?? {}, warn) }) };
}
