/**
 * The service worker: the page opens without a network, and says what it cannot reach. It keeps the page and its files, and nothing of the API:
 * pictures are kept by the browser's own cache, which their addresses allow for ever.
 */
declare const self: ServiceWorkerGlobalScope;
/** Changes with every build: the worker is another then, and its cache too. */
declare const buildId: string;

const prefix = 'ai-artist page ';
const cacheName = `${prefix}${buildId}`;
const root = new URL(self.registration.scope);

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().finally(() => self.clients.claim()));
});

async function dropOld(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
}

async function keepPage(): Promise<void> {
  const answer = await fetch(root);
  if (isPage(answer)) await keep(root, answer);
}

/** An error, or a sign-in page of a proxy, must not stay for ever. */
const isPage = (answer: Response): boolean => answer.ok && !answer.redirected && typeOf(answer) === 'text/html';
const isAsset = (answer: Response): boolean => answer.ok && !answer.redirected && /^text\/(javascript|css)$/.test(typeOf(answer));
const typeOf = (answer: Response): string => (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';

async function keep(address: URL | string, answer: Response): Promise<void> {
  try {
    await (await caches.open(cacheName)).put(address, answer);
  } catch {
    // The storage is full or refused: the page needs the network then.
  }
}

/** undefined: it is not kept, or the storage is refused. */
const kept = (request: Request | URL): Promise<Response | undefined> => caches.match(request, { cacheName }).catch(() => undefined);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) return;
  const path = url.pathname.slice(root.pathname.length);
  if (path.startsWith('assets/')) event.respondWith(assetOf(request));
  else if (request.mode === 'navigate' && !/^(api|v1|sdapi|sdcpp|internal|docs|share)\b/.test(path)) event.respondWith(pageOf(request));
});

async function assetOf(request: Request): Promise<Response> {
  const known = await kept(request);
  if (known) return known;
  const answer = await fetch(request);
  if (isAsset(answer)) await keep(request.url, answer.clone());
  return answer;
}

/** The newest page that can be had: all addresses show the same one. */
async function pageOf(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (isPage(answer)) await keep(root, answer.clone());
    return answer;
  } catch (error) {
    const known = await kept(root);
    if (known) return known;
    throw error;
  }
}
