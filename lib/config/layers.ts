import * as z from 'zod';
import { ArtistError, nearest } from '../core/index.ts';
import { readYaml } from './read-yaml.ts';
import { currentName } from './renamed-keys.ts';
import { bare, schemaAt, sectionOf } from './schema.ts';

/** The values of one source, as written, and the place of each. */
export interface Layer {
  kind: 'file' | 'environment' | 'set' | 'flag';
  values: Record<string, unknown>;
  /** Place of a key, such as `config.yaml:12` or `AI_ARTIST__CREATE__STEPS`. */
  placeOf: (path: readonly string[]) => string;
  /** Keys that were written with a former name, and that name. */
  typed?: ReadonlyMap<string, string>;
}

export const environmentPrefix = 'AI_ARTIST__';

/** Normalises a key: promptAlign, PROMPT_ALIGN and PROMPTALIGN are the same. */
const flatten = (name: string): string => name.toLowerCase().replaceAll('_', '');

/** The path of a key such as `create.steps` from the words of a variable or of --set, in any case. Throws ERR_CONFIG for an unknown key. */
function resolvePath(words: readonly string[], where: string): string[] {
  const path: string[] = [];
  for (const word of words) {
    const keys = Object.keys(sectionOf(schemaAt(path)) ?? {});
    const same = (a: string, b: string): boolean => flatten(a) === flatten(b);
    const key = keys.find((known) => same(known, word)) ?? currentName(path, word, same);
    if (key === undefined) {
      const full = [...path, word].join('.');
      const guess = nearest(flatten(word), keys.map(flatten));
      const meant = keys.find((known) => flatten(known) === guess);
      const known = keys.length > 0 ? `. Known: ${keys.join(', ')}` : `: ${path.join('.')} is no section`;
      throw new ArtistError('ERR_CONFIG', `${where}: ${full}: unknown key${meant === undefined ? known : `, did you mean ${meant}?`}`);
    }
    path.push(key);
  }
  return path;
}

/** The value of a variable: text if its key takes text, else parsed as YAML (20, true, [a, b], {env: X}). */
async function readText(text: string, path: readonly string[], where: string): Promise<unknown> {
  const schema = schemaAt(path);
  // If the key takes text or something else, a leading bracket means something else.
  if (bare(schema) instanceof z.ZodString || (!/^\s*[[{]/.test(text) && schema?.safeParse(text).success)) return text;
  return (await readYaml(text, where)).value;
}

/** Puts a value into a tree of sections. */
export function place(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let section = tree;
  for (const key of path.slice(0, -1)) {
    const inner = (section[key] ?? {}) as Record<string, unknown>;
    section[key] = inner;
    section = inner;
  }
  const last = path.at(-1);
  if (last !== undefined) section[last] = value;
}

async function layerOf(
  kind: 'environment' | 'set',
  entries: readonly { words: readonly string[]; text: string; where: string }[],
): Promise<Layer> {
  const values: Record<string, unknown> = {};
  const places = new Map<string, string>();
  for (const { words, text, where } of entries) {
    const path = resolvePath(words, where);
    place(values, path, await readText(text, path, where));
    places.set(path.join('.'), where);
  }
  const placeOf = (path: readonly string[]): string => {
    for (let length = path.length; length > 0; length--) {
      const found = places.get(path.slice(0, length).join('.'));
      if (found !== undefined) return found;
    }
    return kind === 'set' ? '--set' : environmentPrefix;
  };
  return { kind, values, placeOf };
}

/**
 * Reads settings from the environment: `AI_ARTIST__CREATE__STEPS=20`, `AI_ARTIST__CURATION__WEIGHTS__PROMPT_ALIGN=2`.
 *
 * @throws ArtistError ERR_CONFIG when a key is unknown (suggests the nearest one) or a value is not valid YAML
 */
export function environmentLayer(environment: NodeJS.ProcessEnv): Promise<Layer> {
  const names = Object.keys(environment).filter((name) => name.startsWith(environmentPrefix));
  return layerOf(
    'environment',
    names.sort().map((name) => ({ words: name.slice(environmentPrefix.length).split('__'), text: environment[name] ?? '', where: name })),
  );
}

/**
 * Reads settings from `--set create.steps=20`.
 *
 * @throws ArtistError ERR_CONFIG when a key is unknown or a value is not valid YAML, ERR_INVALID_ARGUMENT when an assignment has no key before `=`
 */
export function setLayer(assignments: readonly string[]): Promise<Layer> {
  return layerOf(
    'set',
    assignments.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `--set: expected KEY=VALUE, such as create.candidates=4, got ${JSON.stringify(text)}`,
        );
      const key = text.slice(0, at);
      return { words: key.split('.'), text: text.slice(at + 1), where: `--set ${key}` };
    }),
  );
}
