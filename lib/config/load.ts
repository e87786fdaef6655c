import { resolve } from 'node:path';
import { ArtistError, expandTilde, type Fault, findFaults, hidden, redactData, rememberSecret, secretAt } from '../core/index.ts';
import { configFile, fileLayer } from './file.ts';
import { environmentLayer, type Layer, setLayer } from './layers.ts';
import { type Config, configSchema, isSecret, sectionOf } from './schema.ts';
import type { Secret } from './secret.ts';

/** The source of a value. */
export interface Origin {
  from: 'default' | Layer['kind'];
  /** `…/config.yaml:12`, `AI_ARTIST__CREATE__STEPS`, `--steps`; empty for a default. */
  place: string;
}

export interface ConfigSources {
  home: string;
  /** Default: process.env. */
  environment?: NodeJS.ProcessEnv;
  /** Assignments of --set, such as `create.candidates=4`. */
  set?: readonly string[];
  /** Text of config.yaml. Default: that of the file. */
  text?: string;
}

export interface LoadedConfig {
  config: Config;
  home: string;
  /** Path of config.yaml; it need not exist. */
  file: string;
  fileExists: boolean;
  /** Source of every value, by its path, such as `create.steps`. */
  origins: ReadonlyMap<string, Origin>;
}

/** Merges two layers: sections key by key; any other value, even a list, replaces the lower one as a whole. */
function joined(below: Record<string, unknown>, above: Record<string, unknown>, schema: unknown): Record<string, unknown> {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const section = sectionOf(schema)?.[key];
    const [before, isSection] = [result[key], sectionOf(section) !== undefined];
    // An empty section (`create:` alone in YAML) is null and sets nothing.
    if (isSection && value === null) continue;
    result[key] = isSection && isObject(value) ? joined(isObject(before) ? before : {}, value, section) : value;
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

function has(values: unknown, path: readonly PropertyKey[]): boolean {
  let current = values;
  for (const key of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return false;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return true;
}

/** All values with their paths, without the sections themselves. */
export function leaves(
  values: Record<string, unknown>,
  schema: unknown = configSchema,
  path: readonly string[] = [],
): { path: string[]; value: unknown }[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const inner = sectionOf(schema)?.[key];
    return sectionOf(inner) !== undefined && isObject(value) ? leaves(value, inner, [...path, key]) : [{ path: [...path, key], value }];
  });
}

/** Most faults in one report: a longer list is of no use, and later faults often follow from earlier ones. */
const mostFaults = 20;

/** One fault as text: `config.yaml:12: create.steps: expected …` */
function faultLine(fault: Fault, layers: readonly Layer[], home: string): string {
  const path = fault.path.map(String);
  const layer =
    layers.findLast(({ values }) => has(values, fault.path)) ?? layers.findLast(({ values }) => has(values, fault.path.slice(0, -1)));
  const inSecret = path.some((_, at) => isSecret(path.slice(0, at + 1)));
  const shown = inSecret ? 'expected a text, {env: NAME} or {file: PATH}' : fault.message;
  const what = fault.unknownKey ? `unknown key${shown}` : shown;
  const key = path.join('.');
  return `${layer?.placeOf(path) ?? configFile(home)}: ${layer?.typed?.get(key) ?? key}: ${what}`;
}

/**
 * Loads all settings: defaults, then `<home>/config.yaml`, then the environment, then `set`. The later source wins.
 *
 * @throws ArtistError ERR_CONFIG when a setting is invalid: one line for each fault, with its file and line or variable, and the nearest key for
 *   an unknown one; ERR_READ when config.yaml cannot be read; ERR_INVALID_ARGUMENT when an entry of `set` is not KEY=VALUE
 */
export async function loadConfig({ home, environment = process.env, set = [], text }: ConfigSources): Promise<LoadedConfig> {
  const file = await fileLayer(home, text);
  const layers = [...(file ? [file] : []), await environmentLayer(environment), await setLayer(set)];
  const merged = layers.reduce<Record<string, unknown>>((below, { values }) => joined(below, values, configSchema), {});
  const checked = findFaults(configSchema, merged);
  if (checked.faults) {
    const lines = checked.faults.map((fault) => faultLine(fault, layers, home));
    throw new ArtistError('ERR_CONFIG', lines.slice(0, mostFaults).join('\n'));
  }
  const config = checked.value;
  const origins = new Map<string, Origin>();
  for (const { path, value } of leaves(config)) {
    if (typeof value === 'string' && (isSecret(path) || value.includes('://'))) rememberSecret(value);
    const layer = layers.findLast(({ values }) => has(values, path));
    origins.set(path.join('.'), layer ? { from: layer.kind, place: layer.placeOf(path) } : { from: 'default', place: '' });
  }
  return { config, home, file: configFile(home), fileExists: file !== undefined, origins };
}

/** Resolves a path of the configuration: `~/` is the user's home directory; other paths are relative to `base`. */
export function configPath(path: string, base: string): string {
  return resolve(base, expandTilde(path));
}

/**
 * Reads the text of a secret.
 *
 * @throws ArtistError ERR_CONFIG when the variable is not set, or the file cannot be read or is empty
 */
export async function readSecret(
  secret: Secret,
  key: string,
  { home, environment = process.env }: Pick<ConfigSources, 'home' | 'environment'>,
): Promise<string> {
  if (typeof secret !== 'string') return secretAt('env' in secret ? secret : { file: configPath(secret.file, home) }, key, environment);
  rememberSecret(secret); // a caller may log it by mistake
  return secret;
}

/** The settings for display and logs, without secrets and without passwords in addresses. */
export function redactedConfig(config: Config): Record<string, unknown> {
  const hide = (values: Record<string, unknown>, path: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        const here = [...path, key];
        if (isSecret(here) && typeof value === 'string') return [key, hidden];
        return [key, isObject(value) && !isSecret(here) ? hide(value, here) : shown(value)];
      }),
    );
  const shown = (value: unknown): unknown => {
    if (typeof value === 'string') return redactData(value);
    if (Array.isArray(value)) return value.map(shown);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)])) : value;
  };
  return hide(config, []);
}
