import path from 'node:path';
import { type Config, configPath } from '../../config/index.ts';
import {
  ArtistError,
  homeOf,
  isArtistError,
  kindOfPlace,
  readError,
  readPlainFile,
  StateFile,
  seededRandom,
  walkFolder,
} from '../../core/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { bundledName, detectFamily, resolveModel } from '../../models/index.ts';
import {
  bundledSubjects,
  type ChooseOptions,
  type ChosenPrompt,
  choosePrompt,
  describeDerivation,
  expandPrompt,
  findInspiration,
  type Inspiration,
  type Museum,
  noPreferences,
  observeWorks,
  outcomesOf,
  type Preferences,
  type PromptFamily,
  parseWordList,
  preferencesState,
  promptFamilyOf,
  subjectOfTitle,
  subjectsOfWorks,
  type WeightedStyle,
  type WordLists,
} from '../../prompt/index.ts';
import type { LlmWriter } from '../llm/writer.ts';
import { promptParts } from '../words/parts.ts';
import type { SubjectHold } from './subject-book.ts';

export interface PromptWishes {
  prompt?: string | undefined;
  subject?: string | undefined;
  topic?: string | undefined;
  style?: string | readonly WeightedStyle[] | undefined;
  expand?: boolean | undefined;
  /** What museums are asked for. */
  inspire?: string | undefined;
  /** undefined: the bundled one. */
  model?: string | undefined;
}

export interface PromptPlace {
  settings: Config['prompt'];
  home: string;
  seed: number;
  signal: AbortSignal;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Whose works are remembered; undefined: the seed alone decides. */
  gallery: Gallery | undefined;
  /** Keeps others from choosing the same subject until the work is filed. Not asked without a gallery. */
  hold?: SubjectHold | undefined;
  /** Writes the chosen prompt out. */
  writer?: LlmWriter | undefined;
  /** Told where the writer failed. */
  warn?: ((line: string) => void) | undefined;
}

export interface PlannedPrompt {
  prompt: string;
  negativePrompt: string | undefined;
  /** Of the styles, for generate(). */
  loras: { path: string; weight: number }[];
  source: 'given' | 'chosen';
  /** For the record of the work. */
  derivation: Record<string, unknown>;
  /** The same in words. */
  lines: string[];
}

/** The rules that a model's prompts follow. One that cannot be read is for loadModel() to refuse. */
export async function promptFamilyOfModel(model: string | undefined, home: string): Promise<PromptFamily> {
  if (model === undefined || model === bundledName) return promptFamilyOf('bundled');
  try {
    const { headers } = await resolveModel(model, { home });
    const header = headers.diffusionModel ?? headers.model;
    return promptFamilyOf(header && detectFamily(header));
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return promptFamilyOf(undefined);
  }
}

/** A name stays one; a file is relative to `<home>/loras`. */
export const loraPlace = (given: string, home: string): string =>
  /[\\/]|\.(safetensors|gguf)$/i.test(given) ? configPath(given, homeOf(home).loras) : given;

/** Word lists: `<home>/wildcards/colour.txt` is `__colour__`, `wildcards/a/b.txt` is `__a/b__`. */
async function readWordLists(home: string): Promise<WordLists> {
  const folder = homeOf(home).wildcards;
  if ((await kindOfPlace(folder)) !== 'folder') return new Map();
  const { folders } = await walkFolder(folder, { linkedFiles: true, maxEntries: 100_000 });
  const files = folders
    .flatMap(({ folder: place, names }) => names.map((name) => path.join(place, name)))
    .filter((file) => file.endsWith('.txt'));
  const lists = await Promise.all(
    files.map(async (full) => {
      const text = await readPlainFile(full, 'utf8').catch((error: unknown) => {
        throw readError(full, 'a word list', error);
      });
      return [path.relative(folder, full).slice(0, -'.txt'.length).replaceAll('\\', '/'), parseWordList(text)] as const;
    }),
  );
  return new Map(lists);
}

/** Works whose outcome is looked at for each choice: the newest, the rated ones and those that were thrown away. */
const mostLookedAt = 200;

interface Memory {
  recentSubjects: string[];
  preferences: Preferences;
}

async function remember({ settings: { avoidRecent, learn }, home, gallery }: PromptPlace): Promise<Memory> {
  if (!gallery) return { recentSubjects: [], preferences: noPreferences() };
  const newest = await gallery.list({ limit: Math.max(1, avoidRecent, learn ? mostLookedAt : 1) });
  const recentSubjects = subjectsOfWorks(newest.works.slice(0, avoidRecent));
  if (!learn) return { recentSubjects, preferences: noPreferences() };
  const rated = await gallery.list({ query: 'rating:>=1', limit: mostLookedAt });
  const trashed = await gallery.list({ trashed: true, limit: mostLookedAt });
  const works = new Map<string, Artwork>([...newest.works, ...rated.works, ...trashed.works].map((work) => [work.id, work]));
  const observed = outcomesOf([...works.values()]);
  const state = new StateFile<Preferences>(homeOf(home).state('prompt.json'), preferencesState);
  const before = await state.read();
  const changed = JSON.stringify(observeWorks(before, observed)) !== JSON.stringify(before);
  return { recentSubjects, preferences: changed ? await state.update((latest) => observeWorks(latest, observed)) : before };
}

/** A work of a museum whose title, or for the bundled model a thing that it knows, becomes the subject. */
async function inspirationFor(
  query: string,
  { family, recent, place }: { family: PromptFamily; recent: readonly string[]; place: PromptPlace },
): Promise<{ query: string; subject: string; from: Inspiration }> {
  const nouns = bundledSubjects();
  const subjectOf = ({ title, words }: Inspiration): string | undefined => {
    if (family !== 'bundled') return subjectOfTitle(title);
    const said = ` ${[title, ...words]
      .join(' ')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')} `;
    return [...nouns].find(([noun]) => said.includes(` ${noun} `) || said.includes(` ${noun}s `))?.[1];
  };
  const isNew = (subject: string | undefined): boolean => subject !== undefined && !recent.includes(subject);
  const addresses = Object.fromEntries(Object.entries(place.settings.museums).filter(([, address]) => address !== false)) as Partial<
    Record<Museum, string>
  >;
  if (Object.keys(addresses).length === 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'inspire: expected a museum to ask, got none: all of prompt.museums are false');
  const from = await findInspiration({
    query,
    addresses,
    fetch: place.fetch ?? globalThis.fetch,
    chance: seededRandom(place.seed),
    accept: (work) => isNew(subjectOf(work)),
    signal: place.signal,
  });
  return { query, subject: subjectOf(from) ?? from.title, from };
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: one of `others` is given where the one of `given` is, which decides the same */
function refuseBeside(given: Record<string, string | undefined>, others: Record<string, string | undefined>): void {
  const [[name = '', decided] = []] = Object.entries(given);
  if (decided === undefined) return;
  for (const [other, value] of Object.entries(others))
    if (value !== undefined)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${other}: expected to be left out with ${name === 'prompt' ? 'a prompt' : name}, got ${JSON.stringify(value)}`,
      );
}

/**
 * The prompt of a work: the given one with its alternatives and word lists decided, or one that is chosen by what is known of earlier works.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_READ; of a museum: ERR_NOT_FOUND, ERR_NETWORK, ERR_DOWNLOAD; of the state file: ERR_LOCKED, ERR_NEWER_VERSION, ERR_WRITE, ERR_DISK_FULL
 */
export async function planPrompt(
  { prompt, subject, topic, style, expand, inspire, model }: PromptWishes,
  place: PromptPlace,
): Promise<PlannedPrompt> {
  const { seed, home } = place;
  const { expand: expandByDefault, museums: _museums, styles, ...others } = place.settings;
  const settings = {
    ...others,
    styles: styles.map(({ lora, ...each }) => (lora ? { ...each, lora: { ...lora, path: loraPlace(lora.path, home) } } : each)),
  };
  refuseBeside({ prompt }, { subject, topic, inspire });
  refuseBeside({ inspire }, { topic, subject });
  const family = await promptFamilyOfModel(model, home);
  const mentionsLists = (prompt ?? JSON.stringify(settings)).includes('__');
  const lists: WordLists = mentionsLists ? await readWordLists(home) : new Map();
  if (prompt !== undefined) {
    const expanded = expandPrompt(prompt, { family, seed, lists, style, settings, expand: expand ?? expandByDefault });
    if (!expanded) return { prompt, negativePrompt: undefined, loras: [], source: 'given', derivation: { source: 'given' }, lines: [] };
    return { ...expanded, negativePrompt: undefined, source: 'given', lines: describeDerivation(expanded.derivation) };
  }
  const about = { family, seed, topic, subject, style, settings, lists };
  const chosen = inspire === undefined ? await choose(about, place) : await chooseInspired(inspire, about, place);
  if (!chosen) throw new ArtistError('ERR_INTERNAL', 'create: no prompt was chosen');
  return { ...(await writeOut(chosen, family, place)), source: 'chosen' };
}

/** The prompt in the words of a language model, where there is one; both texts are in the derivation. */
async function writeOut(
  chosen: ChosenPrompt,
  family: PromptFamily,
  { writer, signal, warn }: PromptPlace,
): Promise<ChosenPrompt & { lines: string[] }> {
  const { prompt: template, derivation } = chosen;
  const written = await writer?.prompt({ parts: promptParts(template, derivation), family, template }, signal);
  const lines = describeDerivation(derivation);
  if (!written) return { ...chosen, lines };
  const { value: prompt = template, record } = written;
  if ('failed' in record) warn?.(`the prompt is that of the templates: ${record.failed}`);
  else lines.push(`written by ${record.model} instead of: ${template}`);
  return { ...chosen, prompt, derivation: { ...derivation, prompt, llm: { prompt: record } }, lines };
}

type About = Omit<ChooseOptions, 'recentSubjects' | 'preferences'>;

/** Chooses by the memory, while no other process of the home does, and holds the subject; undefined: `isTaken`. */
async function choose(
  about: About,
  place: PromptPlace,
  isTaken: (taken: readonly string[]) => boolean = () => false,
): Promise<ChosenPrompt | undefined> {
  const decide = async (taken: readonly string[]): Promise<{ subject?: string | undefined; chosen?: ChosenPrompt }> => {
    if (isTaken(taken)) return {};
    const memory = await remember(place);
    const chosen = choosePrompt({ ...about, ...memory, recentSubjects: [...taken, ...memory.recentSubjects] });
    return { chosen, subject: chosen.derivation.subject };
  };
  const { hold, gallery } = place;
  return (await (hold && gallery ? hold.take(decide) : decide([]))).chosen;
}

/** Museums are slow: they are asked before anything is locked, and again where somebody took the subject meanwhile. */
async function chooseInspired(query: string, about: About, place: PromptPlace): Promise<ChosenPrompt> {
  for (let tries = 1; ; tries++) {
    const taken = (place.gallery && (await place.hold?.taken())) ?? [];
    const { recentSubjects } = await remember(place);
    const inspiration = await inspirationFor(query, { family: about.family, recent: [...taken, ...recentSubjects], place });
    const chosen = await choose({ ...about, inspiration }, place, (now) => tries < 3 && now.includes(inspiration.subject));
    if (chosen) return chosen;
  }
}
