import { redactedConfig } from '../../../lib/config/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { asYaml, shownValues, unsetKey } from '../../print/config-lines.ts';
import { command } from '../../shell/command.ts';

export const showCommand = command({
  optional: { key: text('Value or section, such as create or create.candidates. Default: all') },
  flags: { origin: toggle('Print where each value comes from') },
  examples: [
    ['$0 config show', 'As YAML; secrets are not shown'],
    ['$0 config show --origin', 'With the source of each: default, file and line, variable or flag'],
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
