import type * as z from 'zod';
import { ArtistError } from '../../lib/core/index.ts';
import { optionTables, samplers, schedulers } from '../../lib/engine/index.ts';
import { engineNames } from '../../lib/image/index.ts';
import { choice, type Flag, list, readWeighted, seed } from './flags.ts';
import { flagOf, flagsOf } from './row-flags.ts';

/** The names that recipes of other programs have, and `ai-artist inspect` prints: "Euler a". */
function ownSampler(value: string, name: string): string {
  const { sampler = value, scheduler } = engineNames(value);
  if (scheduler === undefined) return sampler;
  const expected = `${name}: expected a sampler without its schedule, got ${JSON.stringify(value)}`;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${expected}. In generate, give ${name} ${sampler} --scheduler ${scheduler}`);
}

const ownScheduler = (value: string): string => engineNames(undefined, value).scheduler ?? value;

/** Everything model.generate() takes besides the prompt. */
export const generateFlags = flagsOf(optionTables.generate, {
  seed,
  sampler: (describe, group) => choice(describe, samplers, group, ownSampler),
  scheduler: (describe, group) => choice(describe, schedulers, group, ownScheduler),
  loras: (describe, group) => list(describe, group, readWeighted),
});

type Kebab<S extends string> = S extends `${infer A}${infer B}` ? `${A extends Lowercase<A> ? A : `-${Lowercase<A>}`}${Kebab<B>}` : S;
type Table = typeof optionTables.generate;
type FlagName<K extends keyof Table> = Table[K] extends { flag: infer F extends string } ? F : Kebab<K>;
type FlagValue<K extends keyof Table> = K extends 'loras' ? ReturnType<typeof readWeighted>[] : NonNullable<z.input<Table[K]['schema']>>;
/** By their names on the command line. */
export type BasicFlags = { [K in keyof Table as Table[K] extends { create: 'flag' } ? FlagName<K> : never]: Flag<FlagValue<K>> };

/** The options that people change most: shared by create and generate. */
export const basicFlags = Object.fromEntries(
  Object.entries(optionTables.generate)
    .filter(([, row]) => 'create' in row && row.create === 'flag')
    .map(([path, row]) => flagOf({ path, row }) ?? '')
    .map((flag) => [flag, generateFlags.flags[flag]]),
) as BasicFlags;
