import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { altOf, modelNameOf, nameOf, pictureName, withoutFolder } from '../describe.ts';

/** A work as a site lists it. What a site does not show is not in it: notes, flags, collections, paths. */
export interface SiteWork {
  id: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  width: number;
  height: number;
  /** Title, else the beginning of the prompt, else the id. */
  name: string;
  altText: string;
  /** File name in images/. */
  picture: string;
  /** File name in web/ of a copy of `webEdge` pixels; absent where the picture is no larger. */
  web?: string;
  prompt?: string;
  model?: string;
  seed?: number;
  rating?: number;
  tags?: readonly string[];
}

/** Longer edge of copies for the web, pixels. */
export const webEdge = 1280;
const isLarge = ({ image }: Artwork): boolean => Math.max(image.width, image.height) > webEdge;
export const webNameOf = (work: Artwork): string | undefined => (isLarge(work) ? `${work.id}.webp` : undefined);

/** Names and values to show beside the picture. */
export type SiteFacts = readonly (readonly [name: string, value: string])[];

export interface SiteTexts {
  title: string;
  /** Address of the published site; undefined: it is for file://, and has no feeds. */
  url: string | undefined;
}

/** What site.js reads first, from data/works.js. */
export interface SiteData {
  title: string;
  works: readonly SiteWork[];
}

/** Number of works on a plain page, and of works in one file of facts. */
export const perPage = 60;

/** Addresses relative to the page; absent at the ends. */
export interface SiteLinks {
  newer: string | undefined;
  older: string | undefined;
}

export interface ListProps {
  title: string;
  works: readonly SiteWork[];
  total: number;
  page: number;
  pages: number;
  links: SiteLinks;
}

export interface WorkProps {
  title: string;
  work: SiteWork;
  facts: SiteFacts;
  /** Addresses of the picture and of its copy for the web, relative to the page. */
  picture: string;
  web: string | undefined;
  links: SiteLinks & { list: string };
}

/** What dist/web-site/render.mjs exports: the components of web/ as HTML. */
export interface SiteRenderer {
  renderList(props: ListProps): string;
  renderWork(props: WorkProps): string;
}

export function siteWorkOf(work: Artwork): SiteWork {
  const { recipe, image, rating, tags } = work;
  const web = webNameOf(work);
  const model = modelNameOf(work);
  return {
    id: work.id,
    createdAt: work.createdAt,
    width: image.width,
    height: image.height,
    name: nameOf(work),
    altText: altOf(work),
    picture: pictureName(work),
    ...(web !== undefined && { web }),
    ...(recipe?.prompt && { prompt: recipe.prompt }),
    ...(model && { model }),
    ...(recipe?.seed !== undefined && { seed: recipe.seed }),
    ...(rating !== undefined && { rating }),
    ...(tags && tags.length > 0 && { tags }),
  };
}

/** "best of 4 candidates", from the ledger of a work that was chosen among several. */
function choiceOf({ curation }: Artwork): string | undefined {
  const candidates = curation?.['candidates'];
  return Array.isArray(candidates) && candidates.length > 1 ? `best of ${candidates.length} candidates` : undefined;
}

export function factsOf(work: Artwork): SiteFacts {
  const { recipe = {} } = work;
  const known: [string, unknown][] = [
    ['Date', `${work.createdAt.slice(0, 10)} ${work.createdAt.slice(11, 16)} UTC`],
    ['Prompt', recipe.prompt],
    ['Negative prompt', recipe.negativePrompt],
    ['Model', modelNameOf(work)],
    ['LoRA', recipe.loras?.map(({ name, weight }) => `${withoutFolder(name)} (${weight})`).join(', ')],
    ['Sampler', recipe.sampler],
    ['Scheduler', recipe.scheduler],
    ['Steps', recipe.steps],
    ['CFG', recipe.cfgScale],
    ['Seed', recipe.seed],
    ['Size', `${work.image.width} × ${work.image.height}`],
    ['Chosen', choiceOf(work)],
    ['Tags', work.tags?.join(', ')],
    ['Rating', work.rating === undefined ? undefined : `${work.rating} of 5`],
    ['Licence', work.licence?.id],
  ];
  return known.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)] as const]));
}

/** A script that hands data to site.js: JSON only, and no text in it can end a script or a line. */
export function dataScript(name: string, data: SiteData | Readonly<Record<string, SiteFacts>>): string {
  if (!/^[\w-]+$/.test(name)) throw new ArtistError('ERR_INTERNAL', `dataScript: expected a plain name, got ${JSON.stringify(name)}`);
  const json = JSON.stringify(data).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `siteData(${JSON.stringify(name)},${json});\n`;
}
