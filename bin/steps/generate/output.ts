/** Where pictures of `generate` go, and how they are written. */
import { ArtistError } from '../../../lib/core/index.ts';
import type { GenerateOptions } from '../../../lib/engine/index.ts';
import type { EncodeOptions, Recipe } from '../../../lib/image/index.ts';
import { number, text, toggle, type Values } from '../../flags/flags.ts';
import { formatFlag, isStream } from '../../print/picture-stream.ts';
import { type TerminalPreview, terminalPreview } from '../../print/terminal-preview.ts';
import type { Context } from '../../shell/run.ts';

export const outputFlags = {
  out: text(
    'File (.png, .jpg, .webp) or folder; {seed}, {index} and, beside --prompts, {line} and {prompt} are filled in; -: standard output. Default: the prompt and the seed, in this folder',
    'Output',
  ),
  quality: number('Quality of JPEG and WebP, 1..100. Default: 90', 'Output'),
  format: formatFlag,
  'embed-recipe': toggle('Write prompt and settings into the file. Default: yes', 'Output'),
  force: toggle('Replace existing files', 'Output'),
} as const;

export type OutputValues = Values<typeof outputFlags>;

/** PNG has no quality setting. */
export function checkQuality({ quality, out, format }: OutputValues, names: readonly string[]): void {
  const isLossy = isStream(out) ? format === 'jpeg' || format === 'webp' : names.some((name) => !/\.png$/i.test(name));
  if (quality === undefined || isLossy) return;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    '--quality: expected --out with a name in .jpg or .webp beside it (with --out -: --format jpeg or webp), got a PNG, which has none',
  );
}

/** Where previews are shown, if they are wanted. */
export function previewOf(options: GenerateOptions, context: Context): TerminalPreview | undefined {
  if (options.preview === undefined || options.preview === false) return undefined;
  const preview = terminalPreview(context);
  if (preview) return preview;
  // Previews that are not shown only cost time.
  delete options.preview;
  return undefined;
}

export interface SavedPicture {
  path: string;
  seed: number | undefined;
  width: number;
  height: number;
  bytes: number;
  recipe: Recipe | undefined;
}

export const encodingOf = ({ quality, 'embed-recipe': embedRecipe = true }: OutputValues): EncodeOptions => ({
  ...(quality !== undefined && { quality }),
  embedRecipe,
});
