import path from 'node:path';
import { upscaleWork } from '../../lib/artist/index.ts';
import { ArtistError, kindOfPlace } from '../../lib/core/index.ts';
import { optionTables, type UpscaleOptions, upscale } from '../../lib/engine/index.ts';
import { text, toggle, type Values } from '../flags/flags.ts';
import { flagsOf } from '../flags/row-flags.ts';
import { checkOutput, freeName, inFolder, pictureEndings } from '../print/output-file.ts';
import { checkStream, formatFlag, isStream, streamedBytes } from '../print/picture-stream.ts';
import { seconds, watchWork } from '../print/progress.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';
import { t } from '../texts/texts.ts';

export const engineFlags = flagsOf(optionTables.upscale);

export const flags = {
  out: text(
    'File (.png, .jpg, .webp) or folder; -: standard output. Default: NAME-upscaled.png next to the picture; a work is filed in the gallery',
  ),
  format: formatFlag,
  ...engineFlags.flags,
  force: toggle('Replace an existing file'),
};

const outputFlags = { out: flags.out, format: formatFlag, force: flags.force } as const;
type UpscaleValues = { image: string } & Values<typeof outputFlags>;

/** A text that is no file here, and looks like an id. */
const isWork = async (image: string): Promise<boolean> =>
  /^(latest|[0-9a-hjkmnp-tv-z]{4,26})$/i.test(image) && (await kindOfPlace(image)) === 'nothing';

/** Enlarges a work of the gallery: the result is a work, too. */
async function enlargeWork({ image: id, out, format, force, ...values }: UpscaleValues, context: Context): Promise<Outcome> {
  if (out !== undefined || format !== undefined || force !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `--out: expected to be left out for a work, which is filed in the gallery. For a file, give its path: ai-artist gallery show ${id}`,
    );
  const options: UpscaleOptions = engineFlags.optionsOf(values);
  const shown = watchWork(context);
  const artist = await openArtist(context, 0);
  try {
    const started = performance.now();
    const { work } = await upscaleWork(artist, id, { ...options, signal: context.signal, onProgress: shown.on });
    shown.stop();
    const { width, height, bytes } = work.image;
    const total = (performance.now() - started) / 1000;
    return {
      json: { id: work.id, path: work.path, width, height, bytes, seconds: total, recipe: work.recipe, from: work.derivation?.['from'] },
      text: [work.path],
      notes: [t.painting.enlarged({ id: work.id, size: `${width}x${height}`, times: seconds(total) })],
    };
  } finally {
    shown.stop();
    await artist.dispose();
  }
}

/** The work of the command `upscale`. */
export async function upscalePicture({ image, out, format, force, ...values }: UpscaleValues, context: Context): Promise<Outcome> {
  if (await isWork(image)) return enlargeWork({ image, out, format, force, ...values }, context);
  const options: UpscaleOptions = engineFlags.optionsOf(values);
  const name = `${path.parse(image).name}-upscaled.png`;
  const streams = isStream(out);
  if (streams) checkStream(context);
  const file = streams ? undefined : out === undefined ? await freeName(path.join(path.dirname(image), name)) : await inFolder(out, name);
  if (file !== undefined)
    await checkOutput(file, {
      force: force === true,
      endings: pictureEndings,
      inputs: [image, ...(options.model === undefined ? [] : [options.model])],
    });
  const work = watchWork(context);
  try {
    const started = performance.now();
    const large = await upscale(image, { ...options, signal: context.signal, onProgress: work.on });
    context.signal.throwIfAborted();
    const saved = file === undefined ? undefined : await large.save(file, { overwrite: force === true });
    work.stop();
    const total = (performance.now() - started) / 1000;
    return {
      json: { path: saved?.path, width: large.width, height: large.height, bytes: saved?.bytes, seconds: total, recipe: large.recipe },
      text: saved ? [saved.path] : [],
      bytes: saved ? undefined : await streamedBytes(large, format),
      notes: [t.painting.enlarged({ id: undefined, size: `${large.width}x${large.height}`, times: seconds(total) })],
    };
  } finally {
    work.stop();
  }
}
