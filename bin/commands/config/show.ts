import { stringify } from 'yaml';
import { ArtistError, type LoadedConfig, leaves, redactedConfig } from '../../../lib/core/index.ts';
import { command } from '../../command.ts';
import { text, toggle } from '../../flags.ts';

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
    if (key !== undefined && shown.length === 0) throw new ArtistError('ERR_NOT_FOUND', `${key}: no value of that name is set`);
    const width = Math.max(0, ...shown.map((one) => one.key.length + JSON.stringify(one.value).length + 2));
    const [single] = shown;
    const lines = origin
      ? shown.map((one) => `${`${one.key}: ${JSON.stringify(one.value)}`.padEnd(width)}  ${one.place === '' ? one.from : one.place}`)
      : single && single.key === key
        ? [typeof single.value === 'string' ? single.value : JSON.stringify(single.value)]
        : asYaml(redactedConfig(loaded.config), key);
    return { json: { file: loaded.file, exists: loaded.fileExists, values: shown }, text: lines };
  },
});

function asYaml(values: Record<string, unknown>, key: string | undefined): string[] {
  const section = (key?.split('.') ?? []).reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], values);
  return stringify(section).trimEnd().split('\n');
}
