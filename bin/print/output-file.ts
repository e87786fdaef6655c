import path from 'node:path';
import { ArtistError, checkFolder, checkReplaceable, kindOfPlace } from '../../lib/core/index.ts';

/** A prompt as the start of a file name. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...words].slice(0, 40).join('').replace(/-+$/, '') || 'picture';
}

/** The file for --out: that path, or `name` inside it if it is a folder. */
export async function inFolder(out: string, name: string): Promise<string> {
  return /[\\/]$/.test(out) || (await kindOfPlace(out)) === 'folder' ? path.join(out, name) : out;
}

/** `file`, or if it exists the first free name with -2, -3 … before the ending. */
export async function freeName(file: string): Promise<string> {
  const { dir, name, ext } = path.parse(file);
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? file : path.join(dir, `${name}-${count}${ext}`);
    if ((await kindOfPlace(candidate)) === 'nothing') return candidate;
  }
}

/**
 * Refuses an output before minutes are spent on it: an existing file, an input, a folder, a pipe, a device, or a place without write permission.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT (ending), ERR_ALREADY_EXISTS, ERR_WRITE
 */
export async function checkOutput(
  file: string,
  { force, endings, inputs = [] }: { force: boolean; endings: readonly string[]; inputs?: readonly string[] },
): Promise<void> {
  if (!endings.includes(path.extname(file).toLowerCase()))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `--out: expected a name ending in ${endings.join(', ')}${endings === pictureEndings ? ', or a folder that exists or ends in /' : ''}, got ${JSON.stringify(file)}`,
    );
  const kind = await kindOfPlace(file);
  if (kind === 'folder') throw new ArtistError('ERR_WRITE', `${file}: expected a file, got a folder`);
  // First the checks that --force does not change.
  await checkReplaceable(file, { as: 'file', overwrite: true, inputs, name: '--out' });
  if (kind === 'file' && !force) throw new ArtistError('ERR_ALREADY_EXISTS', `${file}: exists already`);
  await checkFolder(path.dirname(path.resolve(file)), file);
}

export const pictureEndings = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** One name per picture of a batch: {seed} and {index} (from 1) filled in; without either, -1, -2 … go before the ending. */
export function batchNames(pattern: string, seeds: readonly number[]): string[] {
  const { dir, name, ext } = path.parse(pattern);
  const distinct = seeds.length === 1 || /\{(seed|index)\}/.test(pattern) ? pattern : path.join(dir, `${name}-{index}${ext}`);
  return seeds.map((seed, index) => distinct.replaceAll('{seed}', String(seed)).replaceAll('{index}', String(index + 1)));
}
