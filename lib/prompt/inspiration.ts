/** Subjects from works in the public domain, from museum catalogues that need no key. Reads titles and subject words, no pictures. */
import * as z from 'zod';
import { ArtistError, answering, type RandomSource, randomBelow } from '../core/index.ts';

export const museums = ['artic', 'met', 'cleveland'] as const;
export type Museum = (typeof museums)[number];

/** Terms of use. */
export interface Licence {
  id: string;
  url: string;
  commercial: boolean;
  derivatives: boolean;
  training: 'allowed' | 'forbidden' | 'unknown';
  attribution: string;
}

export interface Inspiration {
  museum: Museum;
  id: string;
  title: string;
  artist?: string;
  /** Page of the work. */
  url: string;
  /** Its subjects, by the museum. */
  words: string[];
  licence: Licence;
}

export interface InspirationOptions {
  /** The search text. */
  query: string;
  /** Base addresses of the museums to ask, in a drawn order. */
  addresses: Readonly<Partial<Record<Museum, string>>>;
  fetch: typeof globalThis.fetch;
  chance: RandomSource;
  /** Accepts or rejects a work. */
  accept: (work: Inspiration) => boolean;
  signal?: AbortSignal | undefined;
  /** Time limit of each request, milliseconds. Default 15 000. */
  timeoutMs?: number;
}

const names: Readonly<Record<Museum, string>> = {
  artic: 'Art Institute of Chicago',
  met: 'The Metropolitan Museum of Art',
  cleveland: 'The Cleveland Museum of Art',
};

/** Number of works considered per answer. */
const mostWorks = 40;
/** The Met returns ids only, and each work needs a request. */
const mostRequests = 6;

const text = () => z.string().nullish();
const articAnswer = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.int(),
      title: text(),
      artist_title: text(),
      is_public_domain: z.boolean(),
      term_titles: z.array(z.string()).nullish(),
    }),
  ),
});
const metSearch = z.looseObject({ total: z.int(), objectIDs: z.array(z.int()).nullable() });
const metObject = z.looseObject({
  objectID: z.int(),
  isPublicDomain: z.boolean(),
  title: text(),
  artistDisplayName: text(),
  objectURL: text(),
  tags: z.array(z.looseObject({ term: z.string() })).nullish(),
});
const clevelandAnswer = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.int(),
      title: text(),
      share_license_status: text(),
      url: text(),
      type: text(),
      creators: z.array(z.looseObject({ description: text() })).nullish(),
    }),
  ),
});

interface Found {
  id: number;
  title: string | null | undefined;
  artist: string | null | undefined;
  url: string;
  words: readonly string[];
}

function inspirationOf(museum: Museum, { id, title, artist, url, words }: Found): Inspiration[] {
  if (!title) return [];
  const licence: Licence = {
    id: 'CC0-1.0',
    url: 'https://creativecommons.org/publicdomain/zero/1.0/',
    commercial: true,
    derivatives: true,
    training: 'allowed',
    attribution: `${artist ? `${artist}, ` : ''}${title}, ${names[museum]}`,
  };
  return [{ museum, id: String(id), title, ...(artist && { artist }), url, words: [...words], licence }];
}

class Asker {
  constructor(readonly options: InspirationOptions) {}

  /** @throws ArtistError ERR_NETWORK: unreachable; ERR_DOWNLOAD: an unexpected answer; the signal's reason */
  async ask<S extends z.ZodType>(museum: Museum, url: URL, schema: S): Promise<z.output<S>> {
    const { fetch, signal, timeoutMs = 15_000 } = this.options;
    const limit = AbortSignal.timeout(timeoutMs);
    let body: string;
    let status: number;
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json', 'AIC-User-Agent': 'ai-artist' },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      status = response.status;
      body = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : cause instanceof Error ? cause.message : String(cause);
      throw new ArtistError('ERR_NETWORK', `${names[museum]} (${url.origin}): expected an answer, got ${why}`, { cause });
    }
    if (status !== 200)
      throw new ArtistError('ERR_DOWNLOAD', `${names[museum]} (${url.origin}): expected status 200, got ${status}: ${body.slice(0, 200)}`);
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch (cause) {
      throw new ArtistError('ERR_DOWNLOAD', `${names[museum]} (${url.origin}): expected JSON, got ${JSON.stringify(body.slice(0, 60))}`, {
        cause,
      });
    }
    const { data, error } = schema.safeParse(json);
    if (!error) return data;
    const [issue] = error.issues;
    throw new ArtistError(
      'ERR_DOWNLOAD',
      `${names[museum]} (${url.origin}): expected its documented answer, got another: ${issue?.path.map(String).join('.')}: ${issue?.message}`,
      { cause: error },
    );
  }

  /** Public-domain works that the museum finds. The caller draws one. */
  works(museum: Museum, base: string): Promise<Inspiration[]> {
    return museum === 'artic' ? this.artic(base) : museum === 'met' ? this.met(base) : this.cleveland(base);
  }

  async artic(base: string): Promise<Inspiration[]> {
    const url = new URL('/api/v1/artworks/search', base);
    url.searchParams.set('q', this.options.query);
    url.searchParams.set('query[term][is_public_domain]', 'true');
    url.searchParams.set('fields', 'id,title,artist_title,is_public_domain,term_titles');
    url.searchParams.set('limit', String(mostWorks));
    const { data } = await this.ask('artic', url, articAnswer);
    return data
      .filter((work) => work.is_public_domain)
      .flatMap(({ id, title, artist_title: artist, term_titles: words }) =>
        inspirationOf('artic', { id, title, artist, url: `https://www.artic.edu/artworks/${id}`, words: words ?? [] }),
      );
  }

  async met(base: string): Promise<Inspiration[]> {
    const url = new URL('/public/collection/v1/search', base);
    url.searchParams.set('hasImages', 'true');
    url.searchParams.set('q', this.options.query);
    const ids = [...((await this.ask('met', url, metSearch)).objectIDs ?? [])];
    const works: Inspiration[] = [];
    for (let request = 0; request < mostRequests && ids.length > 0 && works.length === 0; request++) {
      const [id = 0] = ids.splice(randomBelow(this.options.chance, Math.min(ids.length, mostWorks)), 1);
      const work = await this.ask('met', new URL(`/public/collection/v1/objects/${id}`, base), metObject);
      if (!work.isPublicDomain) continue;
      const { title, artistDisplayName: artist, objectURL, tags } = work;
      const page = objectURL || `https://www.metmuseum.org/art/collection/search/${id}`;
      const found = inspirationOf('met', { id, title, artist, url: page, words: (tags ?? []).map(({ term }) => term) });
      works.push(...found.filter(this.options.accept));
    }
    return works;
  }

  async cleveland(base: string): Promise<Inspiration[]> {
    const url = new URL('/api/artworks/', base);
    url.searchParams.set('q', this.options.query);
    url.searchParams.set('cc0', '1');
    url.searchParams.set('has_image', '1');
    url.searchParams.set('limit', String(mostWorks));
    const { data } = await this.ask('cleveland', url, clevelandAnswer);
    return data
      .filter((work) => work.share_license_status === 'CC0')
      .flatMap(({ id, title, url: page, type, creators }) =>
        inspirationOf('cleveland', {
          id,
          title,
          artist: creators?.[0]?.description,
          url: page || `https://www.clevelandart.org/art/${id}`,
          words: type ? [type] : [],
        }),
      );
  }
}

/**
 * Finds a public-domain work (CC0 only) for a text. Museums that are unreachable or find nothing are skipped.
 *
 * @throws ArtistError ERR_NOT_FOUND: no museum has a suitable work; ERR_NETWORK, ERR_DOWNLOAD: no museum answered; the signal's reason
 */
export const findInspiration = answering('findInspiration', async (options: InspirationOptions): Promise<Inspiration> => {
  const { addresses, chance, accept, query, signal } = options;
  const asker = new Asker(options);
  const left = museums.flatMap((museum) => (addresses[museum] === undefined ? [] : [{ museum, base: addresses[museum] }]));
  const count = left.length;
  const failures: ArtistError[] = [];
  while (left.length > 0) {
    const [place] = left.splice(randomBelow(chance, left.length), 1);
    if (!place) break;
    try {
      const works = (await asker.works(place.museum, place.base)).filter(accept);
      const work = works[randomBelow(chance, Math.max(1, works.length))];
      if (work) return work;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ArtistError)) throw error;
      failures.push(error);
    }
  }
  const [failure] = failures;
  if (failure && failures.length === count)
    throw new ArtistError(failure.code, failure.message, { cause: failure, details: failures.map(({ message }) => message) });
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `${JSON.stringify(query)}: expected a work of the public domain that can be painted after, got none from ${count} museums. Try a plainer word`,
  );
});

/** A title as a subject: "The Great Wave (Kanagawa-oki nami ura)" → "the great wave"; undefined if it does not describe the picture. */
export const subjectOfTitle = answering('subjectOfTitle', (title: string): string | undefined => {
  const plain = title
    .replace(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .split(/[:;,"“”]|\s[-–—]\s/)[0]
    ?.replace(/[{}|\\]|__/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  if (!plain || plain.split(' ').length > 8 || /\d|untitled|^(plate|study|sketch|album|page|fragment)\b/.test(plain)) return undefined;
  return plain;
});
