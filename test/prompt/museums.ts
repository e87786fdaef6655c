/** Three museums on the loopback, in the documented forms of their answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answers = Record<string, { status?: number; body: unknown } | 'hang'>;

export interface Museums {
  address: string;
  /** Path and query of each request. */
  asked: URL[];
  /** What is answered, by the beginning of a path. */
  answers: Answers;
  close: () => Promise<void>;
}

const artic = (id: number, title: string, isPublicDomain = true, terms: string[] = []) => ({
  _score: 10,
  id,
  title,
  artist_title: 'Katsushika Hokusai',
  is_public_domain: isPublicDomain,
  term_titles: terms,
});

export const articPath = '/api/v1/artworks/search';
export const metSearch = '/public/collection/v1/search';
export const metObject = '/public/collection/v1/objects/';
export const clevelandPath = '/api/artworks/';

export const usual: Answers = {
  [articPath]: {
    body: {
      preference: null,
      pagination: { total: 3, limit: 40, offset: 0, total_pages: 1, current_page: 1 },
      data: [
        artic(1, 'The Great Wave (Kanagawa-oki nami ura)', true, ['woodblock print', 'waves', 'fox']),
        artic(2, 'Still owned', false),
        artic(3, 'Untitled'),
      ],
      info: { license_text: '…', license_links: ['https://creativecommons.org/publicdomain/zero/1.0/'], version: '1.13' },
      config: { iiif_url: 'https://www.artic.edu/iiif/2', website_url: 'https://www.artic.edu' },
    },
  },
  [metSearch]: { body: { total: 2, objectIDs: [10, 11] } },
  [`${metObject}10`]: {
    body: { objectID: 10, isPublicDomain: false, title: 'Not free', artistDisplayName: '', objectURL: '', tags: null },
  },
  [`${metObject}11`]: {
    body: {
      objectID: 11,
      isPublicDomain: true,
      title: 'Wheat Field with Cypresses',
      artistDisplayName: 'Vincent van Gogh',
      objectURL: 'https://www.metmuseum.org/art/collection/search/11',
      tags: [{ term: 'Cypresses', AAT_URL: 'x', Wikidata_URL: 'x' }],
    },
  },
  [clevelandPath]: {
    body: {
      info: { total: 2, parameters: { q: 'x' } },
      data: [
        {
          id: 20,
          title: 'Owl on a Branch',
          share_license_status: 'CC0',
          url: 'https://clevelandart.org/art/20',
          type: 'Print',
          creators: [{ description: 'Ohara Koson (Japanese)' }],
        },
        { id: 21, title: 'Protected', share_license_status: 'Copyrighted', url: '', type: 'Print', creators: [] },
      ],
    },
  },
};

export async function openMuseums(): Promise<Museums> {
  const museums: Museums = { address: '', asked: [], answers: { ...usual }, close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    museums.asked.push(url);
    const [, answer] = Object.entries(museums.answers).find(([start]) => url.pathname.startsWith(start)) ?? [];
    if (answer === 'hang') return;
    response.writeHead(answer ? (answer.status ?? 200) : 404, { 'content-type': 'application/json' });
    response.end(typeof answer?.body === 'string' ? answer.body : JSON.stringify(answer?.body ?? { message: 'ObjectID not found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  museums.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  museums.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return museums;
}
