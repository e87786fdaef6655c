import { chmod } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkReplaceable, homeOf, writeFileAtomic } from '../core/index.ts';
import { configJsonSchema } from './json-schema.ts';
import { configTemplate } from './template.ts';

/**
 * Writes config.yaml of a home, with every setting commented out, and its JSON schema for editors beside it.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS without `overwrite`; ERR_WRITE
 */
export async function initConfig(home: string, { overwrite }: { overwrite: boolean }): Promise<{ path: string; schema: string }> {
  const { config: path, configSchema: schema } = homeOf(home);
  await checkReplaceable(path, { as: 'file', overwrite, record: true });
  // It may hold keys, and so may one whose mode was opened before.
  await writeFileAtomic(path, configTemplate(`./${basename(schema)}`), { overwrite, mode: 0o600 });
  await chmod(path, 0o600);
  await writeFileAtomic(schema, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
  return { path, schema };
}
