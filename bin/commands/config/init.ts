import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { configJsonSchema, configTemplate } from '../../../lib/config/index.ts';
import { checkReplaceable, writeFileAtomic } from '../../../lib/core/index.ts';
import { toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

/** Beside config.yaml, which names it: editors then complete keys and mark mistakes. */
const schemaName = 'config.schema.json';

export const initCommand = command({
  flags: { force: toggle('Replace an existing file') },
  examples: [['$0 config init', 'Writes config.yaml into the home folder; everything in it is commented out']],
  run: async ({ force }, { home }) => {
    const file = path.join(home, 'config.yaml');
    const schema = path.join(home, schemaName);
    await checkReplaceable(file, { as: 'file', overwrite: force === true, record: true });
    // It may hold keys, and so may one whose mode was opened before.
    await writeFileAtomic(file, configTemplate(`./${schemaName}`), { overwrite: force === true, mode: 0o600 });
    await chmod(file, 0o600);
    await writeFileAtomic(schema, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    return { json: { path: file, schema }, text: [file], notes: [`for editors: ${schema}`] };
  },
});
