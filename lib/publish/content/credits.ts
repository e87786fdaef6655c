import { isArtistError } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { licenceId, readDataSheet, readLora, resolveLora } from '../../lora/index.ts';

/** What the sources of a work demand of a post. */
export interface Credits {
  /** Credits that must be in the post, without repetition. */
  lines: readonly string[];
  /** Sources whose terms forbid the post, with the reason. */
  forbidden: readonly string[];
  /** Sources whose terms are not known: a person decides. */
  unknown: readonly string[];
  /** Whether the picture may be posted only as it is, without padding. */
  unchanged: boolean;
}

/** What a post may be: `commercial` posts sell something or are paid for. */
export interface PostUse {
  commercial: boolean;
}

/** Something that a work was made of. */
export interface Source {
  name: string;
  /** SPDX id, "own", "permission", "public-domain", or the original text. */
  licence: string;
  author?: string | undefined;
  url?: string | undefined;
  /** The work is the source itself, an imported picture, and not derived from it. */
  isWork?: boolean;
}

const none: Credits = { lines: [], forbidden: [], unknown: [], unchanged: false };
const free: ReadonlySet<string> = new Set(['own', 'public-domain', 'CC0-1.0', 'Unlicense']);
const noticeOnly: ReadonlySet<string> = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']);

/** What one source demands of a post. Not legal advice. */
export function creditsOf({ name, licence, author, url, isWork = false }: Source, { commercial }: PostUse): Credits {
  const id = licenceId(licence);
  const credit = `${author === undefined ? name : `${name} by ${author}`} (${id})${url === undefined ? '' : ` ${url}`}`;
  const due = { ...none, lines: [credit] };
  const refused = (why: string): Credits => ({ ...none, forbidden: [`${name}: ${why}`] });
  if (free.has(id)) return none;
  if (id === '') return { ...none, unknown: [`${name}: no licence is stated`] };
  if (id === 'permission') return author === undefined ? { ...none, unknown: [`${name}: it is not said who gave the permission`] } : due;
  if (noticeOnly.has(id)) return due;
  if (id === 'all-rights-reserved') return refused('all rights are reserved');
  const cc = /^CC-BY(-NC)?(-ND)?(-SA)?-\d/.exec(id);
  if (!cc) return { ...none, unknown: [`${name}: ${id} is not a licence this version knows`] };
  const [, nonCommercial, noDerivatives] = cc;
  if (nonCommercial && commercial) return refused(`${id} forbids commercial use, and publish.commercial is on`);
  if (noDerivatives && !isWork) return refused(`${id} forbids works that are made from it`);
  return { ...due, unchanged: noDerivatives !== undefined };
}

const textAt = (record: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined => {
  const value = record?.[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

const recordAt = (record: Readonly<Record<string, unknown>> | undefined, name: string): Record<string, unknown> | undefined => {
  const value = record?.[name];
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
};

/**
 * What is due to the sources of a work: an imported picture, the museum work that inspired it, and the data sheets of its LoRAs.
 *
 * @throws ArtistError ERR_READ, ERR_LORA: a LoRA of the home cannot be read
 */
export async function creditsOfWork(work: Artwork, home: string, use: PostUse): Promise<Credits> {
  const sources = [...importedSource(work), ...inspirationOf(work)].map((source) => creditsOf(source, use));
  const loras = await Promise.all((work.recipe?.loras ?? []).map(({ name }) => creditsOfLora(name, home, use)));
  return joinedCredits([...sources, ...loras]);
}

/** What is due to several sources or works together. */
export function joinedCredits(all: readonly Credits[]): Credits {
  const unique = (pick: (one: Credits) => readonly string[]): string[] => [...new Set(all.flatMap(pick))];
  return {
    lines: unique(({ lines }) => lines),
    forbidden: unique(({ forbidden }) => forbidden),
    unknown: unique(({ unknown }) => unknown),
    unchanged: all.some(({ unchanged }) => unchanged),
  };
}

/** The licence of a work that was painted here binds others, not its owner; that of an imported picture binds the owner. */
function importedSource({ imported, licence, title, recipe }: Artwork): Source[] {
  if (!imported || recipe) return [];
  const { author, url } = { author: textAt(licence, 'author'), url: licence?.url };
  return [{ name: title ?? imported.from, licence: licence?.id ?? '', author, url, isWork: true }];
}

function inspirationOf({ derivation }: Artwork): Source[] {
  const inspiration = recordAt(derivation, 'inspiration');
  if (!inspiration) return [];
  const licence = recordAt(inspiration, 'licence');
  const [author, url] = [textAt(inspiration, 'artist'), textAt(inspiration, 'url')];
  return [{ name: textAt(inspiration, 'title') ?? 'the work that inspired it', licence: textAt(licence, 'id') ?? '', author, url }];
}

async function creditsOfLora(name: string, home: string, { commercial }: PostUse): Promise<Credits> {
  const unknown = (why: string): Credits => ({ ...none, unknown: [`LoRA ${name}: ${why}`] });
  let path: string;
  try {
    path = await resolveLora(name, { home, nameOnly: true, anyFolder: true });
  } catch (error) {
    if (isArtistError(error, 'ERR_MODEL_NOT_FOUND')) return unknown('its file is not in this home');
    throw error;
  }
  const sheet = readDataSheet((await readLora(path)).metadata);
  if (!sheet) return unknown('it does not say what it was trained on');
  const { id, obligations } = sheet.licence;
  if (obligations.includes('non-commercial') && commercial)
    return { ...none, forbidden: [`LoRA ${name}: ${id} forbids commercial use, and publish.commercial is on`] };
  if (!obligations.includes('attribution')) return none;
  if (sheet.shortened?.includes('attribution'))
    return { ...none, forbidden: [`LoRA ${name}: its list of credits is not complete (${sheet.shortened})`] };
  return { ...none, lines: sheet.attribution.map((line) => `${line} (${id})`) };
}
