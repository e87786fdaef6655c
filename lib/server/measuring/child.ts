/** The measuring process: does one measurement, answers, ends. */
import { type Artist, chooseDuel, createArtist, readFigures, readMap, readStyle, trainTaste } from '../../artist/index.ts';
import { configPath } from '../../config/index.ts';
import { isArtistError, recordedError } from '../../core/index.ts';
import { Gallery, looksOf, nearGroups } from '../../gallery/index.ts';
import { standingsIn } from '../../publish/index.ts';
import { mapColumns } from './map-columns.ts';
import type { LearnedTaste, MeasuringReply, MeasuringRequest } from './requests.ts';

async function nearDuplicates(home: string, newest: number): Promise<{ groups: string[][]; compared: number }> {
  const gallery = new Gallery({ home });
  const ids = (await gallery.select('')).slice(0, newest);
  const looks = await looksOf(ids, (id) => gallery.thumbnail(id));
  return { groups: nearGroups(looks), compared: looks.length };
}

async function measure(request: MeasuringRequest, warn: (line: string) => void): Promise<unknown> {
  if (request.name === 'duplicates') return nearDuplicates(request.home, request.ask.newest);
  await using artist = await createArtist({ home: request.home, keepMs: 0, onWarning: warn });
  const { signal } = new AbortController(); // the parent ends this process
  const place = { home: request.home, gallery: artist.gallery, signal, warn };
  if (request.name === 'figures') return await readFigures({ ...place, ...request.ask });
  if (request.name === 'style') return await readStyle({ ...place, ...request.ask }, request.ask.by);
  if (request.name === 'map') return mapColumns(await readMap({ ...place, ...request.ask }));
  if (request.name === 'retrospective') return await artist.periods.retrospective(request.ask.period, signal);
  if (request.name === 'endPeriod') return { id: (await artist.periods.end(request.ask.period, signal)).id };
  if (request.name === 'taste') return await learnTaste(artist, request.ask.from, place);
  return await duel(artist, request.ask.skipped, place);
}

interface Place {
  home: string;
  signal: AbortSignal;
  warn: (line: string) => void;
}

/** The CLIP that the settings name for choosing works. */
const clipOf = ({ config }: Artist, { home }: Place): string | undefined => {
  const { clip } = config.config.create;
  return clip === undefined ? undefined : configPath(clip, home);
};

async function learnTaste(artist: Artist, from: 'ratings' | 'duels', place: Place): Promise<LearnedTaste> {
  const { head } = await trainTaste({
    ...place,
    gallery: artist.gallery,
    standings: await standingsIn(place.home),
    from,
    postsWeight: artist.config.config.curation.postsWeight,
    clip: clipOf(artist, place),
  });
  return { from: head.kind, n: head.n, metrics: head.metrics };
}

async function duel(artist: Artist, skipped: [string, string][], place: Place) {
  const { first, second, expected } = await chooseDuel({
    ...{ ...place, gallery: artist.gallery, skipped },
    clip: clipOf(artist, place),
  });
  return { first: first.id, second: second.id, expected: expected ?? null };
}

process.once('message', (request: MeasuringRequest) => {
  const warnings: string[] = [];
  const reply = (answer: MeasuringReply): void => void process.send?.(answer, () => process.exit());
  measure(request, (line) => warnings.push(line)).then(
    (value) => reply({ value, warnings }),
    (error: unknown) => {
      const known = isArtistError(error)
        ? error
        : recordedError('ERR_INTERNAL', error instanceof Error ? (error.stack ?? error.message) : String(error));
      reply({ code: known.code, message: known.message, warnings });
    },
  );
});
// Without a parent there is no one to answer.
process.once('disconnect', () => process.exit());
