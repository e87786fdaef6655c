/** The address of the page as state: every view is a path and a query, so each can be linked to. */
import { computed, signal } from '@preact/signals';

export interface Place {
  /** Parts of the path below the base, decoded: `works/ID` is ['works', 'ID']; the gallery is []. */
  path: readonly string[];
  query: Readonly<Record<string, string>>;
}

const base = (): URL => new URL(document.baseURI);

function readPlace(): Place {
  const below = location.pathname.startsWith(base().pathname) ? location.pathname.slice(base().pathname.length) : '';
  const path = below.split('/').filter((part) => part !== '');
  return { path: path.map(decoded), query: Object.fromEntries(new URLSearchParams(location.search)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const place = signal<Place>(readPlace());
/** The first part of the path; '' is the gallery. */
export const page = computed(() => place.value.path[0] ?? '');

/** The address of a place, for links. Empty values are left out. */
export function hrefOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  const text = new URLSearchParams(given).toString();
  return `${base().pathname}${path}${text === '' ? '' : `?${text}`}`;
}

/** Number of places that this page itself added to the history: "back" may go to one of them without leaving the page. */
let depth = typeof history.state === 'object' && history.state !== null ? Number((history.state as { depth?: number }).depth ?? 0) : 0;

export function navigate(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (!replace) depth += 1;
  if (replace) history.replaceState({ depth }, '', href);
  else history.pushState({ depth }, '', href);
  place.value = readPlace();
}

/** Changes the query of this place. */
export function setQuery(change: Readonly<Record<string, string | undefined>>, options: { replace?: boolean } = {}): void {
  navigate(hrefOf(place.value.path.map(encodeURIComponent).join('/'), { ...place.value.query, ...change }), options);
}

/** Back where the person came from, or to `otherwise` if they came from another site. */
export function goBack(otherwise: string): void {
  if (depth > 0) history.back();
  else navigate(otherwise, { replace: true });
}

/** Follows the browser's buttons and the links of the page. */
export function startRouter(): void {
  addEventListener('popstate', ({ state }) => {
    depth = Number((state as { depth?: number } | null)?.depth ?? 0);
    place.value = readPlace();
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin || link.dataset['server'] !== undefined)
      return;
    if (!link.pathname.startsWith(base().pathname) || link.hash !== '') return;
    event.preventDefault();
    navigate(link.href);
  });
}
