import { failedLines, type PaintedList, paintList } from '../../lib/artist/index.ts';
import { ArtistError, display, errorLine, isArtistError } from '../../lib/core/index.ts';
import { type CreateValues, createOptionsOf } from '../flags/create-flags.ts';
import { promptListOf } from '../flags/prompt-text.ts';
import { seconds, watchWork } from '../print/progress.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';
import { t } from '../texts/texts.ts';

function report(painted: PaintedList): Outcome {
  const { series, lines, failed } = painted;
  const works = lines.map(({ line, prompt, work, painted: now }) => ({
    line,
    id: work?.id ?? null,
    path: work?.path ?? null,
    title: work?.title ?? null,
    prompt: prompt ?? null,
    seed: work?.recipe?.seed ?? null,
    painted: now,
  }));
  const there = lines.filter((line) => !line.painted && line.work).length;
  const now = lines.filter((line) => line.painted).length;
  return {
    json: {
      series: { id: series.id, name: series.name },
      works,
      failed: failed.map(({ line, error }) => ({
        line,
        code: isArtistError(error) ? error.code : 'ERR_INTERNAL',
        message: isArtistError(error) ? error.message : String(error),
      })),
    },
    text: works.flatMap(({ path }) => path ?? []),
    notes: [
      t.painting.listed({ now, there, id: series.id, name: series.name }),
      ...(now === 0 && failed.length === 0 ? [t.painting.anew({ id: series.id })] : []),
      ...(failed.length > 0 ? [t.painting.tryAgain({ failed: failedLines(painted) })] : []),
    ],
    status: failed.length > 0 ? 1 : 0,
  };
}

/** The work of `create --prompts`: a series of works, one for each line. */
export async function createList(file: string, values: CreateValues, context: Context): Promise<Outcome> {
  if (values.prompt !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `prompt: expected to be left out beside --prompts, which replaces it, got ${display(values.prompt)}`,
    );
  const list = await promptListOf(file, 'create');
  const options = createOptionsOf({ ...values, prompts: undefined });
  const shown = watchWork(context);
  const artist = await openArtist(context);
  try {
    const painted = await paintList(artist, list, {
      ...options,
      signal: context.signal,
      onProgress: shown.onWork,
      onWork: ({ work, title, seconds: times }, line) =>
        context.note(t.painting.inList({ line, title, id: work?.id, times: seconds(times.total) })),
      onFailure: (error, line) => context.warn(t.painting.lineFailed({ line, why: errorLine(error) })),
    });
    shown.stop();
    return report(painted);
  } finally {
    shown.stop();
    await artist.dispose();
  }
}
