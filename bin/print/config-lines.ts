import { stringify } from 'yaml';
import { configKeys, type LoadedConfig, leaves, redactedConfig } from '../../lib/config/index.ts';
import { ArtistError, nearest } from '../../lib/core/index.ts';

interface Shown {
  key: string;
  value: unknown;
  from: string;
  place: string;
}

export function shownValues({ config, origins }: LoadedConfig): Shown[] {
  return leaves(redactedConfig(config)).map(({ path, value }) => {
    const key = path.join('.');
    const { from = 'default', place = '' } = origins.get(key) ?? {};
    return { key, value, from, place };
  });
}

/**
 * Message for a key without a value.
 *
 * @throws ArtistError ERR_NOT_FOUND if there is no such key
 */
export function unsetKey(key: string): string {
  if (configKeys().includes(key)) return `${key}: not set; see its default in the file that config init writes`;
  const meant = nearest(key, configKeys());
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `${key}: no such setting${meant === undefined ? '. All of them: ai-artist config schema' : `. Did you mean ${meant}?`}`,
  );
}

export function asYaml(values: Record<string, unknown>, key: string | undefined): string[] {
  const section = (key?.split('.') ?? []).reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], values);
  return stringify(section).trimEnd().split('\n');
}
