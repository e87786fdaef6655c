import type { Flags } from './flags.ts';

/** Where the value of a flag goes in the options of lib: "vaeTiling.tileWidth". Flags that are not listed keep their own name, in camel case. */
export type Paths<F extends Flags> = { readonly [K in keyof F]?: string };

function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The path of every flag. */
export function pathsOf<F extends Flags>(flags: F, paths: Paths<F>): Map<string, string> {
  return new Map(Object.keys(flags).map((flag) => [flag, paths[flag] ?? camelCase(flag)]));
}

/** For error messages: the flag of every path. */
export function namesOf(...tables: readonly ReadonlyMap<string, string>[]): Map<string, string> {
  return new Map(tables.flatMap((table) => [...table].map(([flag, path]): [string, string] => [path, `--${flag}`])));
}

/** The given values as an options object of lib, nested where the paths say so. lib checks it. */
export function toOptions(values: Readonly<Record<string, unknown>>, paths: ReadonlyMap<string, string>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [flag, path] of paths) {
    const value = values[flag];
    if (value === undefined) continue;
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let target = options;
    for (const key of keys) {
      const inner = (target[key] ?? {}) as Record<string, unknown>;
      target[key] = inner;
      target = inner;
    }
    target[last] = value;
  }
  return options;
}
