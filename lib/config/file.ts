import { ArtistError, exists, homeOf, openPlainFile, readError, systemCode } from '../core/index.ts';
import type { Layer } from './layers.ts';
import { longestYaml, readYaml } from './read-yaml.ts';
import { withCurrentNames } from './renamed-keys.ts';

export const configFile = (home: string): string => homeOf(home).config;

/** The text of the file. A file that is certainly too long is not read: the result is then a text that readYaml() rejects as too long. */
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
 * Reads the settings of `<home>/config.yaml`; undefined: there is no such file.
 *
 * @param given a text to read instead of the file's
 * @throws ArtistError ERR_CONFIG when the text is not valid YAML with sections (names the line), ERR_READ when the file cannot be read
 */
export async function fileLayer(home: string, given?: string): Promise<Layer | undefined> {
  const file = configFile(home);
  let text: string;
  try {
    text = given ?? (await readStart(file));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw readError(file, 'a configuration file', error);
  }
  const { LineCounter } = await import('yaml');
  const lines = new LineCounter();
  const { document, value: values } = await readYaml(text, file, { lineCounter: lines, lineOf: (line) => `${file}:${line}` });
  if (values !== null && (typeof values !== 'object' || Array.isArray(values)))
    throw new ArtistError(
      'ERR_CONFIG',
      `${file}:1: expected sections with keys, got ${Array.isArray(values) ? 'a list' : JSON.stringify(values)}`,
    );
  const current = withCurrentNames((values ?? {}) as Record<string, unknown>);
  const placeOf = (path: readonly string[]): string => {
    const wanted = current.typed.get(path.join('.'))?.split('.') ?? path;
    for (let length = wanted.length; length > 0; length--) {
      const node: unknown = document.getIn(wanted.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return `${file}:${lines.linePos(range[0]).line}`;
    }
    return file;
  };
  return { kind: 'file', ...current, placeOf };
}

/** Path of a home's config.yaml, and whether it exists. The file is not read, so it may be invalid. */
export async function findConfigFile(home: string): Promise<{ path: string; exists: boolean }> {
  const path = configFile(home);
  return { path, exists: await exists(path) };
}
