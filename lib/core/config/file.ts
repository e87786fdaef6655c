import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';
import { firstLine, type Layer } from './layers.ts';

export const configFile = (home: string): string => join(home, 'config.yaml');

/**
 * Settings of `<home>/config.yaml`; undefined: there is no such file.
 *
 * @throws ArtistError ERR_CONFIG with the line, ERR_READ
 */
export async function fileLayer(home: string): Promise<Layer | undefined> {
  const path = configFile(home);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
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
  // Read here and not before: most homes have no configuration file.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const [error] = document.errors;
  if (error)
    throw new ArtistError('ERR_CONFIG', `${path}:${error.linePos?.[0].line ?? 1}: expected YAML, got ${firstLine(error)}`, {
      cause: error,
    });
  const values: unknown = document.toJS({ maxAliasCount: 100 });
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
