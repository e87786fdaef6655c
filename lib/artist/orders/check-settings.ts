import { stat } from 'node:fs/promises';
import { configPath, type LoadedConfig, readSecret } from '../../config/index.ts';
import { ArtistError, homeOf, isArtistError, systemCode } from '../../core/index.ts';
import { planPrompt } from '../loop/plan-prompt.ts';
import { paintSettings } from './paint-settings.ts';

/** @throws ArtistError ERR_CONFIG when a file that a setting names does not exist */
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

/** Checks the topics in prompt.only, every template, and the word lists in them. */
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

/** The secrets of the settings, by key. */
const secretsOf = ({ llm, models, publish: { publicBucket } }: LoadedConfig['config']) => ({
  'models.token': models.token,
  'llm.apiKey': llm.apiKey,
  'publish.publicBucket.accessKeyId': publicBucket?.accessKeyId,
  'publish.publicBucket.secretAccessKey': publicBucket?.secretAccessKey,
});

/** All checks besides the schema, in order. */
function checksOf(loaded: LoadedConfig): (() => unknown)[] {
  const { config, home, origins } = loaded;
  const placeOf = (key: string): string => origins.get(key)?.place ?? '';
  const { clip } = config.create;
  const secrets = secretsOf(config);
  return [
    () => paintSettings(loaded, undefined),
    ...config.loras.map(
      (lora, index) => () => checkFile(configPath(lora.path, homeOf(home).loras), `loras.${index}.path`, placeOf('loras')),
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

/**
 * Checks what the schema cannot: the files that settings name, topics, templates, word lists and secrets.
 *
 * @throws ArtistError ERR_CONFIG when something is wrong, with one line for each fault; a single fault keeps its own code
 */
export async function checkSettings(loaded: LoadedConfig): Promise<void> {
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

/** One warning for each secret in a config.yaml that other users of the machine can read. */
export async function openSecrets({ config, file, origins }: LoadedConfig): Promise<string[]> {
  const secrets = Object.entries(secretsOf(config));
  const inFile = secrets.filter(([key, value]) => typeof value === 'string' && origins.get(key)?.from === 'file');
  if (inFile.length === 0 || process.platform === 'win32') return [];
  const { mode } = await stat(file);
  if ((mode & 0o044) === 0) return [];
  return inFile.map(([key]) => `${file}: ${key} can be read by other users of this machine. Run: chmod 600 ${JSON.stringify(file)}`);
}
