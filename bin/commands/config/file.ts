import path from 'node:path';
import { exists } from '../../../lib/core/index.ts';

/** The configuration file of a home, without reading it: it may be invalid. */
export async function configFileOf(home: string): Promise<{ path: string; exists: boolean }> {
  const file = path.join(home, 'config.yaml');
  return { path: file, exists: await exists(file) };
}
