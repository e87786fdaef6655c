/**
 * Addresses of an exported site: `index.html#/works/ID?q=fox`. Pages that were opened from the disk have no paths of their own:
 * web/vite.site.config.ts puts this module where navigate/router.ts is imported.
 */
import { computed, signal } from '@preact/signals';
import type * as server from '../navigate/router.ts';
import type { Place } from '../navigate/router.ts';

export type { Place };

const mark = '#/';

function readPlace(): Place {
  const [path = '', query = ''] = location.hash.startsWith(mark) ? location.hash.slice(mark.length).split('?', 2) : [];
  return { path: path.split('/').filter((part) => part !== ''), query: Object.fromEntries(new URLSearchParams(query)) };
}

export const place = signal<Place>(readPlace());
export const page = computed(() => place.value.path[0] ?? '');

export const hrefOf: typeof server.hrefOf = (path, query = {}) => {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  const text = new URLSearchParams(given).toString();
  return `${mark}${path}${text === '' ? '' : `?${text}`}`;
};

let depth = Number((history.state as { depth?: number } | null)?.depth ?? 0);

export const navigate: typeof server.navigate = (href, { replace = false } = {}) => {
  if (replace) history.replaceState({ depth }, '', href);
  else history.pushState({ depth: ++depth }, '', href);
  place.value = readPlace();
};

export const setQuery: typeof server.setQuery = (change, options) =>
  navigate(hrefOf(place.value.path.join('/'), { ...place.value.query, ...change }), options);

export const goBack: typeof server.goBack = (otherwise) => {
  if (depth > 0) history.back();
  else navigate(otherwise, { replace: true });
};

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const href = link?.getAttribute('href');
  if (!link || !href?.startsWith(mark) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.dataset['move'] === 'back') goBack(href);
  else navigate(href, { replace: link.dataset['move'] === 'replace' });
}

export const startRouter: typeof server.startRouter = () => {
  addEventListener('popstate', ({ state }) => {
    depth = Number((state as { depth?: number } | null)?.depth ?? 0);
    place.value = readPlace();
  });
  document.addEventListener('click', onClick);
};
