/** Schemas that several calls share: paths, signals, pictures, sizes, finite numbers. */
import * as z from 'zod';
import { abortSignal, display } from '../../core/index.ts';
import type { ImageInput } from '../../image/index.ts';

/** Longest edge of a picture requested from the engine, in pixels. */
export const maxEdge = 8192;
/** Most pixels of one picture. */
export const maxPixels = 64 * 1024 * 1024;
/** The largest seed; seeds are safe integers, so they survive JSON. */
export const maxSeed = Number.MAX_SAFE_INTEGER;

/** Start noise. Other programs write -1 for "draw one". */
export const seed = z
  .int()
  .min(-1)
  .max(maxSeed)
  .transform((value) => (value === -1 ? undefined : value));

export const path = z.string().min(1);
export const fraction = z.number().min(0).max(1);
/** Pixels; the multiple that the model needs is checked where the model is known. */
export const edge = z.int().min(1).max(maxEdge);

function custom<T>(what: string, check: (value: unknown) => boolean): z.ZodType<T, T> {
  return z.custom<T>(check, { error: (issue) => `expected ${what}, got ${display(issue.input)}` });
}

export const signal = abortSignal();

export function listener<E>(): z.ZodType<(event: E) => void, (event: E) => void> {
  return custom<(event: E) => void>('a function', (value) => typeof value === 'function');
}

/** Path, encoded file in memory, raw pixels or an ArtImage. lib/image reads it and says what is wrong with it. */
export const image = custom<ImageInput>(
  'a path, encoded bytes, raw pixels or an ArtImage',
  (value) => (typeof value === 'string' && value.length > 0) || (typeof value === 'object' && value !== null),
);

/** Run the engine in a child process: a crash or out-of-memory kill there becomes ERR_NATIVE_CRASH here. Costs a process start and one copy per picture. Default false. */
export const isolate = z.boolean().default(false);
export const isolateHelp = 'Run the engine in a child process, so that a crash does not end this one';

/** Numbers that a CPU multiplies: f32, or bf16 where it has AMX. */
export const cpuPrecision = z.enum(['f32', 'bf16']);
export const cpuPrecisionHelp = 'Numbers that a CPU multiplies; bf16 is faster on CPUs with AMX';

export const threads = z.int().min(1).max(512);

/** Noise levels, high to low (neighbours may be equal). The engine takes one step per pair, so at least two. */
export const sigmas = z
  .array(z.number().min(0).max(1e6))
  .min(2)
  .max(1001)
  .check(({ value, issues }) => {
    const rising = value.findIndex((level, at) => at > 0 && level > (value[at - 1] as number));
    if (rising > 0)
      issues.push({
        code: 'custom',
        path: [rising],
        input: value[rising],
        message: `expected at most ${value[rising - 1]}, the level before it, got ${value[rising]}: levels go from high to low`,
      });
  });

/** Record whose keys must match; zod's own message for a bad key names neither the key nor the rule. */
export function recordOf<V extends z.ZodType>(what: string, key: RegExp, value: V) {
  return z.record(z.string(), value).check((context) => {
    for (const name of Object.keys(context.value)) {
      if (!key.test(name))
        context.issues.push({ code: 'custom', path: [name], input: context.value, message: `expected ${what}, got ${display(name)}` });
    }
  });
}

/** Settings that the engine reads as "name=value, …". */
export const engineArgs = recordOf(
  'a name of letters, digits and _',
  /^[a-z_][a-z0-9_]*$/i,
  z.union([z.number(), z.boolean()], { error: 'a number, true or false' }),
);
