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
  /** Search text for the museums. */
  inspire?: string | undefined;
  /** Alias or path; undefined: the bundled model. */
  model?: string | undefined;
}

export interface PromptPlace {
  settings: Config['prompt'];
  home: string;
  seed: number;
  signal: AbortSignal;
  /** Default: the global fetch(). */
  fetch?: typeof globalThis.fetch | undefined;
  /** Gallery whose works influence the choice; undefined: the seed alone decides. */
  gallery: Gallery | undefined;
  /** Keeps other workers from choosing the same subject until the work is filed. Unused without a gallery. */
  hold?: SubjectHold | undefined;
  /** Language model that rewrites the chosen prompt. */
  writer?: LlmWriter | undefined;
  /** Called when the writer fails. */
  warn?: ((line: string) => void) | undefined;
}

export interface PlannedPrompt {
  prompt: string;
  negativePrompt: string | undefined;
  /** LoRAs of the styles, for generate(). */
  loras: { path: string; weight: number }[];
  source: 'given' | 'chosen';
  /** For the record of the work. */
  derivation: Record<string, unknown>;
  /** The derivation as sentences. */
  lines: string[];
}

/** The prompt family of a model. A model that cannot be read gets the default here; loadModel() reports it later. */
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

/** A name stays as it is; a file path is relative to `<home>/loras`. */
export const loraPlace = (given: string, home: string): string =>
  /[\\/]|\.(safetensors|gguf)$/i.test(given) ? configPath(given, homeOf(home).loras) : given;

/** Reads the word lists: `<home>/wildcards/colour.txt` is `__colour__`, `wildcards/a/b.txt` is `__a/b__`. */
export async function readWordLists(home: string): Promise<WordLists> {
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

/** How many works of each kind (newest, rated, in the trash) each choice learns from, at most. */
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

/** Finds a museum work. Its title becomes the subject or, for the bundled model, a known noun in its words. */
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

/** @throws ArtistError ERR_INVALID_ARGUMENT when the option in `given` is set together with one of `others` */
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
 * The prompt of a work: the given one with its alternatives and word lists expanded, or one chosen with the memory of earlier works.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when options conflict or are invalid; ERR_READ when a word list cannot be read; ERR_NOT_FOUND,
 *   ERR_NETWORK or ERR_DOWNLOAD when no museum has a work; ERR_LOCKED, ERR_NEWER_VERSION, ERR_WRITE or ERR_DISK_FULL for the state file
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

/** Lets the language model, if there is one, rewrite the prompt; the derivation records both texts. */
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

/** Chooses a prompt under the lock of the home and reserves its subject; undefined when `isTaken` returns true. */
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

/** Asks the museums before the lock, because they are slow, and asks again if another worker took the subject meanwhile. */
async function chooseInspired(query: string, about: About, place: PromptPlace): Promise<ChosenPrompt> {
  for (let tries = 1; ; tries++) {
    const taken = (place.gallery && (await place.hold?.taken())) ?? [];
    const { recentSubjects } = await remember(place);
    const inspiration = await inspirationFor(query, { family: about.family, recent: [...taken, ...recentSubjects], place });
    const chosen = await choose({ ...about, inspiration }, place, (now) => tries < 3 && now.includes(inspiration.subject));
    if (chosen) return chosen;
  }
}
