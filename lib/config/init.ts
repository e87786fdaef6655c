import { chmod } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkReplaceable, homeOf, writeFileAtomic } from '../core/index.ts';
import { configJsonSchema } from './json-schema.ts';
import { configTemplate } from './template.ts';

/**
 * Writes a home's config.yaml, with every setting commented out, and next to it the JSON schema for editors.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS when config.yaml exists and `overwrite` is false, ERR_WRITE when a file cannot be written
 */
export async function initConfig(home: string, { overwrite }: { overwrite: boolean }): Promise<{ path: string; schema: string }> {
  const { config: path, configSchema: schema } = homeOf(home);
  await checkReplaceable(path, { as: 'file', overwrite, record: true });
  // The file may hold keys. chmod() also restricts an existing file that was readable by others.
  await writeFileAtomic(path, configTemplate(`./${basename(schema)}`), { overwrite, mode: 0o600 });
  await chmod(path, 0o600);
  await writeFileAtomic(schema, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
  return { path, schema };
}
