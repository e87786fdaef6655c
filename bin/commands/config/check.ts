import { stat } from 'node:fs/promises';
import path from 'node:path';
import { paintSettings, planPrompt } from '../../../lib/artist/index.ts';
import { configPath, type LoadedConfig, readSecret } from '../../../lib/config/index.ts';
import { ArtistError, counted, isArtistError, systemCode } from '../../../lib/core/index.ts';
import { command } from '../../shell/command.ts';

/** @throws ArtistError ERR_CONFIG: a file that a setting names is not there */
async function checkFile(file: string, key: string, place: string): Promise<void> {
  await stat(file).catch((cause: unknown) => {
    const where = place === '' ? '' : `${place}: `;
    throw new ArtistError(
      'ERR_CONFIG',
      `${where}${key}: expected a file that is there, got ${file} (${systemCode(cause) ?? String(cause)})`,
      {
        cause,
      },
    );
  });
}

/** Topics that are named, every template, and the word lists in them. */
async function checkPrompt({ config, home, origins }: LoadedConfig): Promise<void> {
  const { prompt: settings, model } = config;
  const one = settings.templates.length > 0 ? settings.templates.map((template) => [template]) : [[]];
  for (const templates of one) {
    try {
      await planPrompt(
        { model },
        {
          settings: { ...settings, templates },
          home,
          seed: 0,
          signal: AbortSignal.timeout(60_000),
          gallery: undefined,
        },
      );
    } catch (cause) {
      if (!isArtistError(cause)) throw cause;
      const key = cause.message.startsWith('only: ') ? 'prompt.only' : 'prompt.templates';
      const place = origins.get(key)?.place ?? '';
      throw new ArtistError('ERR_CONFIG', `${place === '' ? '' : `${place}: `}prompt.${cause.message}`, { cause });
    }
  }
}

/** Everything that is checked beside the schema, one after the other. */
function checksOf(loaded: LoadedConfig): (() => unknown)[] {
  const { config, home, origins } = loaded;
  const placeOf = (key: string): string => origins.get(key)?.place ?? '';
  const { clip } = config.create;
  const secrets = { 'llm.apiKey': config.llm.apiKey, 'models.token': config.models.token };
  return [
    () => paintSettings(loaded, undefined),
    ...config.loras.map(
      (lora, index) => () => checkFile(configPath(lora.path, path.join(home, 'loras')), `loras.${index}.path`, placeOf('loras')),
    ),
    () => clip !== undefined && checkFile(configPath(clip, home), 'create.clip', placeOf('create.clip')),
    () => checkPrompt(loaded),
    ...Object.entries(secrets).map(
      ([key, secret]) =>
        () =>
          secret !== undefined && readSecret(secret, key, { home }),
    ),
  ];
}

/** @throws ArtistError ERR_CONFIG: all that is wrong, a line each */
async function checkAll(loaded: LoadedConfig): Promise<void> {
  const wrong: ArtistError[] = [];
  for (const check of checksOf(loaded)) {
    try {
      await check();
    } catch (error) {
      if (!isArtistError(error)) throw error;
      wrong.push(error);
    }
  }
  const [first] = wrong;
  if (first)
    throw wrong.length === 1 ? first : new ArtistError('ERR_CONFIG', wrong.map(({ message }) => message).join('\n'), { cause: first });
}

/** Secrets written into a file that other users of the machine can read. */
async function openSecrets({ config, file, origins }: LoadedConfig): Promise<string[]> {
  const secrets = Object.entries({ 'models.token': config.models.token, 'llm.apiKey': config.llm.apiKey });
  const inFile = secrets.filter(([key, value]) => typeof value === 'string' && origins.get(key)?.from === 'file');
  if (inFile.length === 0 || process.platform === 'win32') return [];
  const { mode } = await stat(file);
  if ((mode & 0o044) === 0) return [];
  return inFile.map(([key]) => `${file}: ${key} can be read by other users of this machine. Run: chmod 600 ${JSON.stringify(file)}`);
}

export const checkCommand = command({
  examples: [['$0 config check', 'Exit status 1, and every line where something is wrong']],
  run: async (_, context) => {
    const loaded = await context.config();
    await checkAll(loaded);
    const warnings = await openSecrets(loaded);
    for (const line of warnings) context.warn(line);
    const set = [...loaded.origins.values()].filter(({ from }) => from !== 'default').length;
    const where = loaded.fileExists ? loaded.file : 'no configuration file';
    return {
      json: { ok: true, file: loaded.file, exists: loaded.fileExists, set, warnings },
      text: [`ok: ${counted(set, 'value')} set (${where})`],
    };
  },
});
