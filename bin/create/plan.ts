/** What `create` decides, and refuses, before anything is loaded. */
import { ArtistError, type Config, configPath, resolveOptions } from '../../lib/core/index.ts';
import { CurationMemory, type MemoryRepair, type Weights } from '../../lib/curation/index.ts';
import { drawSeed, type GenerateOptions, generateOptions } from '../../lib/engine/index.ts';
import type { Gallery } from '../../lib/gallery/index.ts';
import { builtInTopics } from '../../lib/prompt/index.ts';
import { type CandidateCount, mostCandidates } from '../candidates.ts';
import { list, text, toggle, type Values } from '../flags.ts';
import { basicFlags, generatePaths } from '../generate-flags.ts';
import { toOptions } from '../option-paths.ts';
import { checkFolder, checkOutput, inFolder, pictureEndings, slug } from '../output-file.ts';
import { type PlannedPrompt, planPrompt } from '../plan-prompt.ts';
import type { Context } from '../run.ts';
import { checkClipPath, clipDescription } from '../scorer.ts';
import { openGallery, paintSettings } from '../settings.ts';
import { readTaste, type TasteFile, tastePath } from '../taste-file.ts';

/** A picture with both edges below this is enlarged unless told otherwise, pixels. */
export const smallEdge = 512;

export const createFlags = {
  topic: text(`Without a prompt: what to paint about, such as ${builtInTopics[0]?.name}. Default: one that the last works did not have`),
  style: text('Style of the picture. Default, without a prompt: chosen by what was liked'),
  inspire: text('Without a prompt: begin with a work of the public domain that a museum finds for this text'),
  expand: toggle('Decide {a|b} and __lists__ in the prompt. Default: yes'),
  candidates: text(
    'How many to paint, 1..64, or auto: as many as are worth their seconds. Default: one that passes the gates, in at most 3 tries',
  ),
  clip: text(clipDescription),
  taste: text(
    "Whose taste is the term aesthetic: a file of taste train, or LAION's head (.pth, .safetensors). Default: taste.json in the home folder, where it is",
  ),
  reject: list(
    'Reject a candidate that fits this text better than its prompt (needs a CLIP that knows what it means)',
    undefined,
    (value) => value,
  ),
  score: toggle('Let CLIP choose among several candidates; --no-score keeps the first that passes the gates. Default: yes'),
  ...basicFlags,
  model: text('Alias (see: ai-artist models list) or path of a model. Default: the bundled one'),
  upscale: toggle(`Enlarge four times. Default: when the picture is smaller than ${smallEdge} pixels`),
  out: text('Save it as this file (.png, .jpg, .webp) or in this folder as well'),
  gallery: toggle('File it in the gallery. Default: yes; --no-gallery needs --out'),
  force: toggle('Replace an existing file'),
} as const;

const basicPaths = new Map([...generatePaths].filter(([flag]) => flag in basicFlags));

export type CreateValues = { prompt: string | undefined } & Values<typeof createFlags>;

/** What the command line leaves open, the configuration decides. */
export interface Settings {
  values: CreateValues;
  /** Options of generate() that no flag named. */
  paint: Record<string, unknown>;
  weights: Weights;
  promptSettings: Config['prompt'];
  curation: CurationSettings;
}

interface CurationSettings {
  wildCardOneIn: number;
  secondsPerPoint: number;
  taste: string | undefined;
  reject: readonly string[];
}

export async function settle(values: CreateValues, context: Context): Promise<Settings> {
  if (values.score === false && values.clip !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--clip: expected to be left out with --no-score, got ${JSON.stringify(values.clip)}`);
  const loaded = await context.config();
  const { create, curation } = loaded.config;
  const { model, options } = paintSettings(loaded, values.model);
  return {
    values: {
      ...values,
      model,
      candidates: values.candidates ?? (create.candidates === undefined ? undefined : String(create.candidates)),
      upscale: values.upscale ?? create.upscale,
      // Whoever names a CLIP wants it to score.
      score: values.score ?? (values.clip !== undefined || create.score),
      clip: values.clip ?? (create.clip === undefined ? undefined : configPath(create.clip, context.home)),
    },
    paint: options,
    weights: curation.weights,
    promptSettings: loaded.config.prompt,
    curation: {
      wildCardOneIn: curation.wildCardOneIn,
      secondsPerPoint: curation.secondsPerPoint,
      taste: values.taste ?? (curation.taste === undefined ? undefined : configPath(curation.taste, context.home)),
      reject: values.reject ?? curation.reject,
    },
  };
}

/** Everything that is decided, and refused, before the model is loaded, which may take minutes. */
export interface Plan {
  prompt: string;
  planned: PlannedPrompt;
  seed: number;
  count: CandidateCount;
  /** --out. */
  out: string | undefined;
  gallery: Gallery | undefined;
  options: GenerateOptions;
  weights: Weights;
  curation: CurationSettings;
  taste: TasteFile | undefined;
  memory: CurationMemory | undefined;
}

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function readCandidates(given: string | undefined): CandidateCount {
  if (given === undefined || given === 'auto') return given;
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= mostCandidates) return count;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `--candidates: expected auto or an integer 1..${mostCandidates}, got ${JSON.stringify(given)}`,
  );
}

export async function plan({ values, paint, weights, promptSettings: settings, curation }: Settings, context: Context): Promise<Plan> {
  const given = readCandidates(values.candidates);
  // Without scores there is nothing to weigh seconds against.
  const count = given === 'auto' && values.score === false ? undefined : given;
  if (values.score) await checkClipPath(values.clip);
  const seed = values.seed ?? drawSeed();
  const gallery = values.gallery === false ? undefined : await openGallery(context);
  const { topic, style, expand, inspire, model } = values;
  const planned = await planPrompt(
    { prompt: values.prompt, topic, style, expand, inspire, model },
    { settings, home: context.home, seed, signal: context.signal, gallery },
  );
  const { prompt, negativePrompt } = planned;
  const options = { negativePrompt, ...paint, ...toOptions(values, basicPaths), prompt, seed } as GenerateOptions;
  resolveOptions('create', generateOptions, options);
  const out = values.out === undefined ? undefined : await inFolder(values.out, `${slug(prompt)}-${seed}.png`);
  if (out !== undefined) await checkOutput(out, { force: values.force === true, endings: pictureEndings });
  if (gallery) await checkFolder(gallery.folder, gallery.folder);
  else if (out === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--no-gallery: expected --out with it, or the picture would be lost');
  const isScored = values.score === true && (count === 'auto' || (count ?? 1) > 1);
  const taste = isScored ? await readTaste(curation.taste ?? tastePath(context.home), curation.taste !== undefined) : undefined;
  return {
    prompt,
    planned,
    seed,
    count,
    out,
    gallery,
    options,
    weights,
    curation,
    taste,
    memory: gallery && new CurationMemory({ home: context.home, gallery, onRepair: (repair) => context.warn(repairLine(repair)) }),
  };
}

function repairLine({ path, reason, setAside, works }: MemoryRepair): string {
  return `${path} was damaged (${reason}): kept as ${setAside}, made again from ${works} works of the gallery`;
}
