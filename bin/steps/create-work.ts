import type { CreatedWork, PlannedWork } from '../../lib/artist/index.ts';
import { ArtistError, isArtistError } from '../../lib/core/index.ts';
import type { Ledger } from '../../lib/curation/index.ts';
import type { ArtImage, SavedImage } from '../../lib/image/index.ts';
import { type CreateValues, createOptionsOf } from '../flags/create-flags.ts';
import { readPrompt } from '../flags/prompt-text.ts';
import { ledgerTable } from '../print/ledger-table.ts';
import { checkOutput, inFolder, pictureEndings, slug } from '../print/output-file.ts';
import { checkStream, isStream, streamedBytes } from '../print/picture-stream.ts';
import { seconds, watchWork } from '../print/progress.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';
import { t } from '../texts/texts.ts';
import { withLargerModel } from './models/larger-model.ts';

/** The table of a scored round; without scores, only the rejected candidates. */
function curationLines({ curation, candidates, ...rest }: Ledger): string[] {
  if (curation !== 'unscored') return ledgerTable({ curation, candidates, ...rest });
  return candidates.flatMap(({ seed, faults, reason }) => (faults.length > 0 ? [t.painting.rejected({ seed, reason: reason ?? '' })] : []));
}

function workReport(created: CreatedWork, saved: { path: string; bytes: number } | undefined): Outcome {
  const {
    work,
    image,
    title,
    altText,
    prompt,
    promptSource,
    derivation,
    seed,
    candidates,
    ledger,
    scorer,
    model,
    device,
    tuned,
    upscaled,
    warnings,
    filed,
  } = created;
  const { width, height } = image;
  const path = saved?.path ?? work?.path ?? '';
  return {
    json: {
      id: work?.id ?? null,
      path,
      filed,
      ...(work && { work: work.path, sidecar: work.sidecarPath }),
      title,
      altText,
      prompt,
      promptSource,
      derivation,
      seed,
      width,
      height,
      bytes: saved?.bytes ?? work?.image.bytes ?? 0,
      curation: ledger.curation,
      ...(scorer !== undefined && { scorer }),
      candidates,
      ledger,
      model,
      device,
      tuned,
      upscaled,
      seconds: created.seconds,
      warnings,
      recipe: image.recipe,
    },
    text: [path],
    notes: [
      ...curationLines(ledger),
      ...(work && !filed ? [t.painting.known] : []),
      ...(ledger.lastResort ? [t.painting.lastResort] : []),
      t.painting.created({
        ...{ title, work: work?.id, seed, size: `${width}x${height}`, times: seconds(created.seconds.total) },
        ...{ on: t.painting.on({ model: model.name, device }), curation: ledger.curation, n: candidates.length },
      }),
    ],
  };
}

/** The work of the command `create`. */
export async function createWork(values: CreateValues, context: Context): Promise<Outcome> {
  const prompt = values.prompt === undefined ? undefined : await readPrompt(values.prompt);
  const options = createOptionsOf({ ...values, prompt });
  if (values.gallery === false && values.out === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--no-gallery: expected --out with it, because the picture would be lost');
  const streams = isStream(values.out);
  if (streams) checkStream(context);
  let out: string | undefined;
  const onPlan = async ({ prompt, seed, lines }: PlannedWork): Promise<void> => {
    out = values.out === undefined || streams ? undefined : await inFolder(values.out, `${slug(prompt)}-${seed}.png`);
    if (out !== undefined) await checkOutput(out, { force: values.force === true, endings: pictureEndings });
    if (lines.length > 0) context.note(t.painting.subject({ prompt }), ...lines.map((line) => `  ${line}`));
  };
  const shown = watchWork(context);
  const artist = await openArtist(context, 0);
  try {
    let saved: SavedImage | undefined;
    // Save before filing: a full gallery must not cost the picture at --out.
    const onImage = async (image: ArtImage): Promise<void> => {
      if (out !== undefined) saved = await image.save(out, { overwrite: values.force === true });
    };
    const run = artist.create({ ...options, signal: context.signal, onPlan, onImage, onProgress: shown.onWork });
    const created = await run.catch((error: unknown) => {
      throw saved && isArtistError(error)
        ? new ArtistError(error.code, `${saved.path} is saved, but not in the gallery: ${error.message}`, { cause: error })
        : error;
    });
    shown.stop();
    const bytes = streams ? await streamedBytes(created.image, values.format) : undefined;
    return await withLargerModel({ ...workReport(created, saved), bytes }, created.model.name, context);
  } finally {
    shown.stop();
    await artist.dispose();
  }
}
