/** The options that tuning chooses among, under their names in loadModel() and generate(). */
import * as z from 'zod';
import { defined } from '../core/index.ts';
import { type GenerateOptions, type LoadModelOptions, optionTables, type Rows, shapeOf } from '../engine/index.ts';

const pick = <R extends Rows, K extends keyof R>(table: R, names: readonly K[]) =>
  z.strictObject(shapeOf(Object.fromEntries(names.map((name) => [name, table[name]])) as Pick<R, K>));

export const tunedSettings = z.strictObject({
  load: pick(optionTables.loadModel, [
    'threads',
    'weightType',
    'flashAttention',
    'diffusionFlashAttention',
    'diffusionConvDirect',
    'vaeConvDirect',
    'cpuPrecision',
  ]),
  paint: pick(optionTables.generate, ['vaeTiling', 'cache']),
});

/** Those that are faster than the defaults; what is left out is as by default. */
export type TunedSettings = z.output<typeof tunedSettings>;
export type TunedOption = keyof TunedSettings['load'] | keyof TunedSettings['paint'];

export const noSettings: TunedSettings = { load: {}, paint: {} };

/** The values of both calls, by option; those that are undefined are left out. */
export const flatSettings = ({ load, paint }: TunedSettings): Record<string, unknown> => defined({ ...load, ...paint });

/** `threads 2, cpuPrecision bf16`; `the defaults` where nothing is set. */
export const settingsText = (settings: TunedSettings): string => words(flatSettings(settings)) || 'the defaults';

export const valueText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function words(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

/** What a command says of settings in use. */
export const settingsLine = (inUse: Readonly<Record<string, unknown>>): string => `tuned settings: ${words(inUse)} (without: --tuned off)`;

/** What is loaded and painted. */
export interface Painting {
  load: LoadModelOptions;
  options: GenerateOptions;
}

/** The settings under the given options, which win. */
export const settingsUnder = ({ load, paint }: TunedSettings, given: Painting): Painting => ({
  load: { ...load, ...defined(given.load) },
  options: { ...paint, ...defined(given.options) } as GenerateOptions,
});
