import { stat } from 'node:fs/promises';
import path from 'node:path';
import { paintSettings, planPrompt } from '../../../lib/artist/loop/index.ts';
import { ArtistError, configPath, isArtistError, type LoadedConfig, readSecret, systemCode } from '../../../lib/core/index.ts';
import { command } from '../../command.ts';

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

async function checkAll(loaded: LoadedConfig): Promise<void> {
  const { config, home, origins } = loaded;
  const placeOf = (key: string): string => origins.get(key)?.place ?? '';
  paintSettings(loaded, undefined);
  for (const [index, lora] of config.loras.entries())
    await checkFile(configPath(lora.path, path.join(home, 'loras')), `loras.${index}.path`, placeOf('loras'));
  if (config.create.clip !== undefined) await checkFile(configPath(config.create.clip, home), 'create.clip', placeOf('create.clip'));
  await checkPrompt(loaded);
  if (config.models.token !== undefined) await readSecret(config.models.token, 'models.token', { home });
}

/** A token written into a file that other users of the machine can read. */
async function openToken({ config, file, origins }: LoadedConfig): Promise<string[]> {
  const inFile = typeof config.models.token === 'string' && origins.get('models.token')?.from === 'file';
  if (!inFile || process.platform === 'win32') return [];
  const { mode } = await stat(file);
  return (mode & 0o044) === 0
    ? []
    : [`${file}: models.token can be read by other users of this machine. Run: chmod 600 ${JSON.stringify(file)}`];
}

export const checkCommand = command({
  examples: [['$0 config check', 'Exit status 1 and the line, where something is wrong']],
  run: async (_, context) => {
    const loaded = await context.config();
    await checkAll(loaded);
    const warnings = await openToken(loaded);
    for (const line of warnings) context.warn(line);
    const set = [...loaded.origins.values()].filter(({ from }) => from !== 'default').length;
    const where = loaded.fileExists ? loaded.file : 'no configuration file';
    return { json: { ok: true, file: loaded.file, exists: loaded.fileExists, set, warnings }, text: [`ok: ${set} values set (${where})`] };
  },
});
