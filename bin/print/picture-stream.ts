/** The picture itself on standard output, for the next program of a pipe: `--out -`. */
import { ArtistError } from '../../lib/core/index.ts';
import { type ArtImage, type EncodeOptions, type ImageFormat, imageFormats } from '../../lib/image/index.ts';
import { choice } from '../flags/flags.ts';

export const formatFlag = choice('Format of the picture that --out - writes; png if it is left out', imageFormats, 'Output', (name) =>
  name.toLowerCase() === 'jpg' ? 'jpeg' : name,
);

/** `--format` would have no effect on a file, whose ending sets its format. */
export const formatNeeds = { format: 'out=-' } as const;

/** Whether the picture goes to standard output. */
export const isStream = (out: string | undefined): boolean => out === '-';

/**
 * Refuses `--out -` before anything is painted where it would be lost or do harm: in a terminal, beside --json, or with several pictures.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function checkStream({ json }: { json: boolean }, pictures = 1): void {
  const refuse = (message: string): never => {
    throw new ArtistError('ERR_INVALID_ARGUMENT', message);
  };
  if (json) refuse('--out: expected a file or a folder with --json, got -, which writes the picture in place of the document');
  if (pictures > 1) refuse(`--out: expected a file or a folder for ${pictures} pictures, got -, which takes one`);
  if (process.stdout.isTTY)
    refuse('--out: expected a pipe or a file behind -, got a terminal. Add > fox.png or | another-program, or name a file: --out fox.png');
}

/** @throws every error of ArtImage.toBuffer() */
export const streamedBytes = (image: ArtImage, format: ImageFormat = 'png', options: EncodeOptions = {}): Promise<Buffer> =>
  image.toBuffer(format, options);
