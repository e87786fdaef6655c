import { ArtistError, type Config, configPath, isArtistError, resolveOptions } from '../../lib/core/index.ts';
import { CurationMemory, type Ledger, type MemoryRepair, type Recollection, type Weights, worthAnother } from '../../lib/curation/index.ts';
import { drawSeed, type GenerateOptions, generateOptions, loadModel, type ModelInfo, upscale } from '../../lib/engine/index.ts';
import type { Artwork, Gallery } from '../../lib/gallery/index.ts';
import type { ArtImage } from '../../lib/image/index.ts';
import { builtInTopics } from '../../lib/prompt/index.ts';
import {
  type CandidateCount,
  type Choice,
  chooseCandidate,
  mostCandidates,
  type PaintedCandidate,
  paintCandidates,
  rankPainted,
  type Scores,
} from '../candidates.ts';
import { command } from '../command.ts';
import { anyText, list, text, toggle, type Values } from '../flags.ts';
import { basicFlags, generatePaths } from '../generate-flags.ts';
import { ledgerTable } from '../ledger-table.ts';
import { namesOf, toOptions } from '../option-paths.ts';
import { checkFolder, checkOutput, inFolder, pictureEndings, slug } from '../output-file.ts';
import { type PlannedPrompt, planPrompt } from '../plan-prompt.ts';
import { seconds, type WorkProgress, watchWork } from '../progress.ts';
import type { Context, Outcome } from '../run.ts';
import { type CandidateScore, checkClipPath, clipDescription, PromptScorer } from '../scorer.ts';
import { openGallery, paintSettings } from '../settings.ts';
import { readTaste, type TasteFile, tastePath } from '../taste-file.ts';

/** A picture with both edges below this is enlarged unless told otherwise, pixels. */
const smallEdge = 512;

export const createFlags = {
  topic: text(`Without a prompt: what to paint about, such as ${builtInTopics[0]?.name}. Default: one that the last works did not have`),
  style: text('Style of the picture. Default, without a prompt: chosen by what was liked'),
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
interface Settings {
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

async function settle(values: CreateValues, context: Context): Promise<Settings> {
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
interface Plan {
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

async function plan({ values, paint, weights, promptSettings: settings, curation }: Settings, context: Context): Promise<Plan> {
  const given = readCandidates(values.candidates);
  // Without scores there is nothing to weigh seconds against.
  const count = given === 'auto' && values.score === false ? undefined : given;
  if (values.score) await checkClipPath(values.clip);
  const seed = values.seed ?? drawSeed();
  const gallery = values.gallery === false ? undefined : await openGallery(context);
  const { topic, style, expand, model } = values;
  const planned = await planPrompt({ prompt: values.prompt, topic, style, expand, model }, { settings, home: context.home, seed, gallery });
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

/** Seconds by phase. */
interface Times {
  load: number;
  paint: number;
  curate: number;
  upscale: number;
  total: number;
}

interface Painted {
  /** Every candidate as it was painted, in the order of the ledger. */
  candidates: readonly PaintedCandidate[];
  choice: Choice;
  scorer: string | undefined;
  image: ArtImage;
  info: ModelInfo;
  times: Times;
}

/** Scores candidates as far as there is a choice to make. Pictures that took minutes are not lost to a scorer that fails: it warns, and gives none. */
class RoundScorer {
  readonly #planned: Plan;
  readonly #clip: string | undefined;
  readonly #context: Context;
  #scorer: PromptScorer | undefined;
  #failed = false;
  readonly #scores: CandidateScore[] = [];

  constructor(planned: Plan, { clip, score }: CreateValues, context: Context) {
    this.#planned = planned;
    this.#clip = clip;
    this.#context = context;
    this.#failed = score === false || (planned.count !== 'auto' && (planned.count ?? 1) < 2);
  }

  /** Scores those that are new. */
  async score(painted: readonly PaintedCandidate[]): Promise<Scores | undefined> {
    const { signal, warn } = this.#context;
    if (this.#failed) return undefined;
    try {
      if (!this.#scorer) {
        const { prompt, taste, curation } = this.#planned;
        this.#scorer = await PromptScorer.open(prompt, { clip: this.#clip, reject: curation.reject, taste, signal });
        if (this.#scorer.truncated) warn(`the prompt is longer than ${this.#scorer.name} reads; its beginning was scored`);
      }
      this.#scores.push(...(await this.#scorer.score(painted.slice(this.#scores.length).map(({ image }) => image))));
      return { name: this.#scorer.name, bundled: this.#scorer.bundled, candidates: this.#scores };
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      this.#failed = true;
      warn(`nothing was scored, the first candidate that passes is kept: ${error.code}: ${error.message}`);
      return undefined;
    }
  }

  async dispose(): Promise<void> {
    await this.#scorer?.dispose();
  }
}

/** What is known of past rounds. Pictures are not lost to a memory that cannot be read: it warns. */
async function recall({ memory }: Plan, model: string, { warn }: Context): Promise<Recollection | undefined> {
  try {
    return await memory?.recall(model);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    warn(`past rounds do not count this time: ${error.code}: ${error.message}`);
    return undefined;
  }
}

/** Ranks what was painted so far, and says whether another candidate is worth its seconds. */
async function judgeRound(
  planned: Plan,
  painted: readonly PaintedCandidate[],
  scores: Scores | undefined,
  past: Recollection | undefined,
): Promise<{ ledger: Ledger; another: boolean }> {
  const { count, weights, curation } = planned;
  const ledger = rankPainted(painted, scores, { weights, past, wildCardOneIn: curation.wildCardOneIn });
  if (count !== 'auto' || ledger.curation === 'unscored') {
    // Nothing to go by: as without --candidates.
    const isOver = ledger.winner !== null || painted.length >= 3;
    return { ledger, another: count === 'auto' && !isOver };
  }
  const totals = ledger.candidates.flatMap(({ total }) => (total === null ? [] : [total]));
  const seconds = painted.reduce((sum, candidate) => sum + candidate.seconds, 0) / painted.length;
  const adaptive = worthAnother(totals, { seconds, secondsPerPoint: curation.secondsPerPoint });
  return { ledger: { ...ledger, adaptive }, another: adaptive.another };
}

async function paint(planned: Plan, values: CreateValues, context: Context, work: WorkProgress): Promise<Painted> {
  const { seed, count, options } = planned;
  const { signal, home } = context;
  const marks = [performance.now()];
  const mark = (): number => marks.push(performance.now());
  const model = await loadModel({ ...(values.model !== undefined && { model: values.model }), home, signal, onProgress: work.on });
  mark();
  const scorer = new RoundScorer(planned, values, context);
  let painted: PaintedCandidate[];
  let scores: Scores | undefined;
  let past: Recollection | undefined;
  try {
    try {
      painted = await paintCandidates(model, {
        count,
        seed,
        options: { ...options, signal },
        onProgress: work.onCandidate,
        another: async (so) => {
          scores = await scorer.score(so);
          if (scores) past ??= await recall(planned, scores.name, context);
          return (await judgeRound(planned, so, scores, past)).another;
        },
      });
    } finally {
      await model.dispose();
    }
    mark();
    // Where the number is fixed, after the painter is gone: both together may not fit into memory.
    scores = await scorer.score(painted);
  } finally {
    await scorer.dispose();
  }
  // Whoever wants one picture of one seed gets it, whether there is one like it or not.
  if (scores) past ??= await recall(planned, scores.name, context);
  const { ledger } = await judgeRound(planned, painted, scores, past);
  const choice = chooseCandidate(painted, ledger);
  mark();
  const small = Math.max(choice.image.width, choice.image.height) < smallEdge;
  const image = (values.upscale ?? small) ? await upscale(choice.image, { signal, onProgress: work.on }) : choice.image;
  signal.throwIfAborted();
  mark();
  const [begun = 0, loaded = 0, finished = 0, chosen = 0, done = 0] = marks.map((time) => time / 1000);
  return {
    candidates: painted,
    choice,
    scorer: scores?.name,
    image,
    info: model.info,
    times: { load: loaded - begun, paint: finished - loaded, curate: chosen - finished, upscale: done - chosen, total: done - begun },
  };
}

/** The breakdown of a scored round; else only what was rejected. */
function curationLines({ curation, candidates, ...rest }: Ledger): string[] {
  if (curation !== 'unscored') return ledgerTable({ curation, candidates, ...rest });
  return candidates.flatMap(({ seed, faults, reason }) => (faults.length > 0 ? [`candidate with seed ${seed} rejected: ${reason}`] : []));
}

/** Where a picture is now. */
interface Kept {
  work: Artwork | undefined;
  /** Of the file that --out asked for, else of the work's. */
  path: string;
  bytes: number;
}

async function keep(
  { out, gallery, planned, memory }: Plan,
  { candidates, choice, image }: Painted,
  force: boolean,
  { warn }: Context,
  origin: WorkOrigin | undefined,
): Promise<Kept> {
  const work = await gallery?.add({
    image,
    candidates: candidates.map((candidate) => candidate.image),
    about: { curation: choice.ledger, derivation: { ...planned.derivation, ...(origin && { task: origin.task }) } },
  });
  if (work)
    await memory?.record(choice.ledger, work.id).catch((error: unknown) => {
      if (!isArtistError(error)) throw error;
      warn(`this round will be missing in the next ones: ${error.code}: ${error.message}`);
    });
  const saved = out === undefined ? undefined : await image.save(out, { overwrite: force });
  return { work, path: saved?.path ?? work?.path ?? '', bytes: saved?.bytes ?? work?.image.bytes ?? 0 };
}

function report(
  { prompt, planned: { source: promptSource, derivation } }: Plan,
  { choice, scorer, image, info, times }: Painted,
  { work, path, bytes }: Kept,
): Outcome {
  const { candidates, result, ledger } = choice;
  const { width, height } = image;
  return {
    json: {
      id: work?.id ?? null,
      path,
      ...(work && { work: work.path, sidecar: work.sidecarPath }),
      prompt,
      promptSource,
      derivation,
      seed: result.seed,
      width,
      height,
      bytes,
      curation: ledger.curation,
      ...(scorer !== undefined && { scorer }),
      candidates,
      ledger,
      model: { name: info.name, family: info.family },
      device: info.device,
      upscaled: width / choice.image.width,
      seconds: times,
      warnings: result.warnings,
      recipe: image.recipe,
    },
    text: [path],
    notes: [
      ...curationLines(ledger),
      `${work ? `work ${work.id}, ` : ''}seed ${result.seed}, ${width}x${height}, ${seconds(times.total)}, ${info.name} on ${info.device}; curation: ${ledger.curation} (${candidates.length} painted)`,
    ],
  };
}

/** Who asked for a work, where it was not a person at the command line. */
export interface WorkOrigin {
  /** Of the schedule or queue: the same for every try of one work. */
  task: string;
  /** No work of the task is older, milliseconds since 1970. */
  since: number;
}

/** The work of a task that was filed although nobody could write down that it was: the process died in between. */
async function filedWork(gallery: Gallery | undefined, { task, since }: WorkOrigin): Promise<Artwork | undefined> {
  for (let after: string | undefined; gallery; ) {
    const page = await gallery.list({ limit: 100, after });
    const found = page.works.find(({ derivation }) => derivation?.['task'] === task);
    const oldest = page.works.at(-1);
    if (found || page.next === undefined || (oldest && Date.parse(oldest.createdAt) < since)) return found;
    after = page.next;
  }
  return undefined;
}

function reportFiled({ id, path, sidecarPath, image }: Artwork): Outcome {
  return {
    json: { id, path, work: path, sidecar: sidecarPath, ...image, existing: true },
    text: [path],
    notes: [`work ${id} is there already`],
  };
}

/** What the command does; for a schedule and for workers too. */
export async function createWork(given: CreateValues, context: Context, origin?: WorkOrigin): Promise<Outcome> {
  const settings = await settle(given, context);
  const { values } = settings;
  const planned = await plan(settings, context);
  const filed = origin && (await filedWork(planned.gallery, origin));
  if (filed) return reportFiled(filed);
  if (planned.planned.lines.length > 0) context.note(`subject: ${planned.prompt}`, ...planned.planned.lines.map((line) => `  ${line}`));
  const work = watchWork(context);
  try {
    const painted = await paint(planned, values, context, work);
    const kept = await keep(planned, painted, values.force === true, context, origin);
    work.stop();
    return report(planned, painted, kept);
  } finally {
    work.stop();
  }
}

export const createCommand = command({
  optional: {
    prompt: anyText('What to paint. Left out: it is chosen. {a|b} and __lists__ in it are decided; \\{ is the character itself'),
  },
  flags: createFlags,
  names: new Map([...namesOf(generatePaths), ['topic', '--topic'], ['style', '--style'], ['only', 'prompt.only']]),
  examples: [
    ['$0 create "a red fox in the snow"', 'Paint, enlarge to 512 pixels, file it, print the path'],
    ['$0 create', 'Let it choose what to paint'],
    ['$0 create --topic "forest scene" --style "black ink drawing"', 'Choose within that'],
    ['$0 create "flat vector art of a {fox|2::hare} in the __season__"', 'One of them; a line of <home>/wildcards/season.txt'],
    ['$0 create "a lighthouse" --model sd-turbo --lora style.safetensors:0.8', 'With a model you pulled, and a style'],
    ['$0 create "flat vector art of a fox in the snow" --candidates 4', 'Paint four, keep the one that fits the prompt best'],
    ['$0 create "an owl" --candidates auto', 'Go on as long as a better one is to be expected'],
    ['$0 create "an owl" --seed 7 --out owl.png --json', 'Repeatable, for scripts'],
  ],
  epilogue:
    'Candidates that are blank, of one colour (NaN), blown out, duplicates or without their subject are rejected. Of several that pass, CLIP and the technical measures choose the one that fits the prompt best; of one, nothing is scored.',
  run: (values, context) => createWork(values, context),
});
