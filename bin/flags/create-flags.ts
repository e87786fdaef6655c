import { type CreateOptions, createRows, mostCandidates } from '../../lib/artist/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { helpLine, type LoadModelOptions } from '../../lib/engine/index.ts';
import { tunedModes } from '../../lib/tune/index.ts';
import { formatFlag } from '../print/picture-stream.ts';
import { clipDescription } from './clip-flag.ts';
import { choice, type Flag, list, readNamedWeight, text, toggle, type Values } from './flags.ts';
import { basicFlags, generateFlags } from './generate-flags.ts';
import { modelFlags } from './model-flags.ts';
import { namesOf } from './option-paths.ts';
import { promptsFlag } from './prompt-text.ts';

export const tunedFlag = choice(`${createRows.tuned.help}. Default: ${createRows.tuned.default}`, tunedModes, createRows.tuned.group);

/** Options of loadModel() that create() takes. */
const loadFlags = { 'cpu-precision': modelFlags.flags['cpu-precision'] as Flag<NonNullable<LoadModelOptions['cpuPrecision']>> } as const;

export const createFlags = {
  prompts: promptsFlag,
  subject: text(helpLine(createRows.subject)),
  topic: text(helpLine(createRows.topic)),
  style: list(helpLine(createRows.style), undefined, readNamedWeight),
  inspire: text(helpLine(createRows.inspire)),
  expand: toggle(helpLine(createRows.expand)),
  candidates: text(helpLine(createRows.candidates)),
  clip: text(clipDescription),
  taste: text(helpLine(createRows.taste)),
  reject: list(helpLine(createRows.reject), undefined, (value) => value),
  score: toggle(`${createRows.score.help}; --no-score keeps the first that passes the gates. Default: ${createRows.score.default}`),
  ...basicFlags,
  model: text('Alias (see: ai-artist models list) or path of a model. Default: the bundled one'),
  ...loadFlags,
  tuned: tunedFlag,
  upscale: toggle(helpLine(createRows.upscale)),
  'domain-check': toggle("Warn when most words of the prompt were not in the bundled model's training. Default: yes"),
  out: text('Also save the picture as this file (.png, .jpg, .webp) or in this folder; -: write it to standard output'),
  format: formatFlag,
  gallery: toggle('File the picture in the gallery. Default: yes; --no-gallery needs --out'),
  force: toggle('Replace an existing file'),
  'allow-duplicate': toggle('File a picture although the gallery has it. Default: no; the existing work is printed'),
} as const;

/** Flags of `create` for scheduled works: all except subject, output, the seed (each work draws its own) and messages. */
const {
  prompts: _prompts,
  subject: _subject,
  topic: _topic,
  inspire: _inspire,
  seed: _seed,
  out: _out,
  format: _format,
  gallery: _gallery,
  force: _force,
  'domain-check': _domainCheck,
  'allow-duplicate': _allowDuplicate,
  ...orderFlags
} = createFlags;

export { orderFlags };

export type CreateValues = { prompt: string | undefined } & Values<typeof createFlags>;

/** Flag of each option of Artist.create(). */
export const createNames: ReadonlyMap<string, string> = new Map([
  ...namesOf(generateFlags.paths, modelFlags.paths),
  ...Object.keys(createFlags).flatMap((flag): [string, string][] => (flag in basicFlags || flag in loadFlags ? [] : [[flag, `--${flag}`]])),
  ['only', 'prompt.only'],
]);

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function readCandidates(given: string | undefined): number | 'auto' | undefined {
  if (given === undefined || given === 'auto') return given;
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= mostCandidates) return count;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `--candidates: expected auto or an integer 1..${mostCandidates}, got ${JSON.stringify(given)}`,
  );
}

/** Options of Artist.create() from flags. This is the only place that translates them. */
export function createOptionsOf(values: Partial<CreateValues>): CreateOptions {
  const {
    prompt,
    subject,
    topic,
    style,
    inspire,
    expand,
    clip,
    taste,
    reject,
    score,
    model,
    tuned,
    upscale,
    gallery,
    'domain-check': domainCheck,
    'allow-duplicate': allowDuplicate,
  } = values;
  if (score === false && clip !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--clip: expected to be left out with --no-score, got ${JSON.stringify(clip)}`);
  const candidates = readCandidates(values.candidates);
  return {
    ...(generateFlags.optionsOf(values) as CreateOptions),
    ...modelFlags.optionsOf(Object.fromEntries(Object.keys(loadFlags).map((flag) => [flag, values[flag as keyof typeof loadFlags]]))),
    ...{ prompt, subject, topic, style, inspire, expand, candidates, clip, taste, reject, score, model, tuned, upscale },
    ...(gallery !== undefined && { gallery }),
    ...(domainCheck !== undefined && { domainCheck }),
    ...(allowDuplicate !== undefined && { allowDuplicate }),
  };
}
