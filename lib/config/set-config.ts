import { ArtistError, findFaults, readPlainFile, systemCode, withLock, writeFileAtomic } from '../core/index.ts';
import { configFile } from './file.ts';
import { type LoadedConfig, leaves, loadConfig, redactedConfig } from './load.ts';
import { configKeys, isSecret, schemaAt, sectionOf } from './schema.ts';

/** Changes of config.yaml, by key; undefined: the key is removed, so that its default applies. */
export type ConfigChanges = ReadonlyMap<string, unknown>;

async function textOf(path: string): Promise<string> {
  try {
    return await readPlainFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function pathOf(key: string): string[] {
  const path = key.split('.');
  const isValue = configKeys().includes(key) && sectionOf(schemaAt(path)) === undefined;
  if (!isValue)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${key}: expected the key of a setting, got ${configKeys().includes(key) ? 'a section' : 'none'}`,
    );
  return path;
}

/** The YAML text with changes made; comments, order and everything else stay. */
async function changedText(text: string, changes: ConfigChanges): Promise<string> {
  const { isMap, parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'core' });
  const [fault] = document.errors;
  if (fault) throw new ArtistError('ERR_CONFIG', `config.yaml: expected YAML, got ${fault.message.split('\n')[0]}. Mend it by hand first`);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  for (const [key, value] of changes) {
    const path = pathOf(key);
    if (value === undefined) {
      if (document.hasIn(path)) document.deleteIn(path);
      continue;
    }
    // `create:` alone, as in the file of config init, is null: it becomes a section, and keeps its comments.
    for (let length = 1; length < path.length; length++) {
      const section = path.slice(0, length);
      const before = document.getIn(section, true) as { comment?: string | null; commentBefore?: string | null } | undefined;
      if (isMap(before)) continue;
      const made = document.createNode({});
      made.commentBefore = [before?.commentBefore, before?.comment].filter((part) => part).join('\n') || null;
      document.setIn(section, made);
    }
    document.setIn(path, value);
  }
  return document.toString({ lineWidth: 0 });
}

/** What is wrong with a value for a setting, such as `expected a number of at least 1, got 0`; undefined: nothing. A secret is not repeated. */
export function settingFault(key: string, value: unknown): string | undefined {
  const path = pathOf(key);
  const schema = schemaAt(path);
  const faults = schema && findFaults(schema, value).faults;
  if (!faults) return undefined;
  if (isSecret(path)) return 'expected a text, {env: NAME} or {file: PATH}';
  const [{ path: inner, message, unknownKey }] = faults;
  const at = inner.map(String).join('.');
  return `${at === '' ? '' : `${at}: `}${unknownKey ? 'unknown key' : ''}${message}`;
}

/**
 * Changes settings in `<home>/config.yaml`, which is made if there is none; comments stay. The file is written only if all settings are valid
 * afterwards.
 *
 * @param check is given the settings as they are before, and may throw: then nothing is changed
 * @throws ArtistError ERR_INVALID_ARGUMENT: no such key; ERR_CONFIG: a value is invalid, or the file already is; ERR_READ, ERR_WRITE, ERR_DISK_FULL,
 *   ERR_LOCKED
 */
export async function setConfig(home: string, changes: ConfigChanges, check?: (before: LoadedConfig) => void): Promise<LoadedConfig> {
  const file = configFile(home);
  return withLock(`${file}.lock`, { purpose: 'changing the settings' }, async () => {
    const before = await textOf(file);
    const text = await changedText(before, changes);
    if (check) check(await loadConfig({ home, text: before }));
    const loaded = await loadConfig({ home, text });
    // It may hold keys: a new file is for its owner alone, an existing one keeps its mode.
    await writeFileAtomic(file, text, { overwrite: true, mode: 0o600 });
    return loaded;
  });
}

/** A setting, for lists. */
export interface ListedSetting {
  key: string;
  /** undefined: not set, and without a default; for a secret always. */
  value: unknown;
  /** Where the value comes from. */
  from: string;
  /** `…/config.yaml:12`, the name of a variable; empty for a default. */
  place: string;
  /** A password or token, which is never shown. */
  secret: boolean;
  /** It has another value than its default. */
  isSet: boolean;
}

/** Every setting with its value and where that comes from, in the order of the schema. Secrets have no value. */
export function listedSettings({ config, origins }: LoadedConfig): ListedSetting[] {
  const values = new Map(leaves(redactedConfig(config)).map(({ path, value }) => [path.join('.'), value]));
  return configKeys()
    .filter((key) => sectionOf(schemaAt(key.split('.'))) === undefined)
    .map((key) => {
      const { from = 'default', place = '' } = origins.get(key) ?? {};
      const secret = isSecret(key.split('.'));
      const isSet = from !== 'default';
      return { key, value: secret ? undefined : values.get(key), from, place, secret, isSet };
    });
}
