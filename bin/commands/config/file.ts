import { stat } from 'node:fs/promises';
import path from 'node:path';

/** The configuration file of a home, without reading it: it may be invalid. */
export async function configFileOf(home: string): Promise<{ path: string; exists: boolean }> {
  const file = path.join(home, 'config.yaml');
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  return { path: file, exists };
}
