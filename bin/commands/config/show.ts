import { stringify } from 'yaml';
import { configKeys, type LoadedConfig, leaves, redactedConfig } from '../../../lib/config/index.ts';
import { ArtistError, nearest } from '../../../lib/core/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

interface Shown {
  key: string;
  value: unknown;
  from: string;
  place: string;
}

function shownValues({ config, origins }: LoadedConfig): Shown[] {
  return leaves(redactedConfig(config)).map(({ path, value }) => {
    const key = path.join('.');
    const { from = 'default', place = '' } = origins.get(key) ?? {};
    return { key, value, from, place };
  });
}

export const showCommand = command({
  optional: { key: text('Of a value or section, such as create or create.candidates. Left out: all') },
  flags: { origin: toggle('Say where each value comes from') },
  examples: [
    ['$0 config show', 'As YAML; secrets are not shown'],
    ['$0 config show --origin', 'With default, file and line, variable or flag'],
    ['$0 config show create.candidates', 'One value'],
  ],
  run: async ({ key, origin }, context) => {
    const loaded = await context.config();
    const all = shownValues(loaded);
    const shown = key === undefined ? all : all.filter((one) => one.key === key || one.key.startsWith(`${key}.`));
    const [unset] = key === undefined || shown.length > 0 ? [] : [unsetKey(key)];
    const width = Math.max(0, ...shown.map((one) => one.key.length + JSON.stringify(one.value).length + 2));
    const [single] = shown;
    const lines = unset
      ? []
      : origin
        ? shown.map((one) => `${`${one.key}: ${JSON.stringify(one.value)}`.padEnd(width)}  ${one.place === '' ? one.from : one.place}`)
        : single && single.key === key
          ? [typeof single.value === 'string' ? single.value : JSON.stringify(single.value)]
          : asYaml(redactedConfig(loaded.config), key);
    return { json: { file: loaded.file, exists: loaded.fileExists, values: shown }, text: lines, ...(unset && { notes: [unset] }) };
  },
});

/**
 * What is said of a key without a value.
 *
 * @throws ArtistError ERR_NOT_FOUND: there is no such key
 */
function unsetKey(key: string): string {
  if (configKeys().includes(key)) return `${key}: not set; what it then means is in the file that config init writes`;
  const meant = nearest(key, configKeys());
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `${key}: no such setting${meant === undefined ? '. All of them: ai-artist config schema' : `. Did you mean ${meant}?`}`,
  );
}

function asYaml(values: Record<string, unknown>, key: string | undefined): string[] {
  const section = (key?.split('.') ?? []).reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], values);
  return stringify(section).trimEnd().split('\n');
}
