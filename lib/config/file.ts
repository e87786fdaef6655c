import { ArtistError, homeOf, openPlainFile, systemCode } from '../core/index.ts';
import type { Layer } from './layers.ts';
import { longestYaml, readYaml } from './read-yaml.ts';

export const configFile = (home: string): string => homeOf(home).config;

/** Its text, but no more than shows that it is too long. */
async function readStart(path: string): Promise<string> {
  const handle = await openPlainFile(path);
  try {
    const info = await handle.stat();
    if (info.isFile() && info.size > 4 * longestYaml) return ' '.repeat(longestYaml + 1);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Settings of `<home>/config.yaml`; undefined: there is no such file.
 *
 * @throws ArtistError ERR_CONFIG with the line, ERR_READ
 */
export async function fileLayer(home: string): Promise<Layer | undefined> {
  const path = configFile(home);
  let text: string;
  try {
    text = await readStart(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw new ArtistError(
      'ERR_READ',
      `${path}: expected a configuration file that can be read, got ${systemCode(error) ?? String(error)}`,
      {
        cause: error,
      },
    );
  }
  const { LineCounter } = await import('yaml');
  const lines = new LineCounter();
  const { document, value: values } = await readYaml(text, path, { lineCounter: lines, lineOf: (line) => `${path}:${line}` });
  if (values !== null && (typeof values !== 'object' || Array.isArray(values)))
    throw new ArtistError(
      'ERR_CONFIG',
      `${path}:1: expected sections with keys, got ${Array.isArray(values) ? 'a list' : JSON.stringify(values)}`,
    );
  const placeOf = (wanted: readonly string[]): string => {
    for (let length = wanted.length; length > 0; length--) {
      const node: unknown = document.getIn(wanted.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return `${path}:${lines.linePos(range[0]).line}`;
    }
    return path;
  };
  return { kind: 'file', values: (values ?? {}) as Record<string, unknown>, placeOf };
}
