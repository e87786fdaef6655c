/** Live events of the server: see GET /api/v1/events. */
import { effect, signal } from '@preact/signals';
import { addressOf } from './client.ts';
import { readSession, session } from './session.ts';

/** Whether the server is there; false once it was silent for longer than a hiccup. */
export const isConnected = signal(true);

type Heard = (data: unknown, type: string) => void;
const listeners = new Map<string, Set<Heard>>();
let source: EventSource | undefined;
let silence: number | undefined;
let retry: number | undefined;
/** Before a broken connection is called lost, milliseconds. */
const hiccupMs = 4000;
const retryMs = 5000;

/** Hears one type of event until the returned function is called. */
export function onEvent(type: string, heard: Heard): () => void {
  const known = listeners.get(type) ?? new Set();
  known.add(heard);
  if (!listeners.has(type)) {
    listeners.set(type, known);
    source?.addEventListener(type, dispatch);
  }
  return () => known.delete(heard);
}

function dispatch(event: MessageEvent<string>): void {
  const data: unknown = event.data === '' ? undefined : JSON.parse(event.data);
  for (const heard of listeners.get(event.type) ?? []) heard(data, event.type);
}

function connected(): void {
  clearTimeout(silence);
  silence = undefined;
  isConnected.value = true;
}

function disconnected(): void {
  if (silence === undefined)
    silence = window.setTimeout(() => {
      isConnected.value = false;
    }, hiccupMs);
  // After a refusal EventSource does not try again by itself.
  if (source?.readyState === EventSource.CLOSED) scheduleRetry();
}

function scheduleRetry(): void {
  if (retry !== undefined) return;
  retry = window.setTimeout(() => {
    retry = undefined;
    readSession().then(connectAnew, disconnected);
  }, retryMs);
}

function connect(): void {
  source?.close();
  source = undefined;
  if (!session.value?.scope) return;
  source = new EventSource(addressOf('events', { previews: true }));
  source.onopen = connected;
  source.onerror = disconnected;
  for (const type of listeners.keys()) source.addEventListener(type, dispatch);
}

/** What happened meanwhile was not heard, so everything is loaded again. */
function connectAnew(): void {
  connect();
  for (const heard of listeners.get('reset') ?? []) heard(undefined, 'reset');
}

/**
 * A page that was left may be kept for "back" with its connections. A browser opens six to a server, so a few such pages would keep all later ones
 * from loading.
 */
function leave(): void {
  source?.close();
  source = undefined;
  clearTimeout(silence);
  silence = undefined;
}

function comeBack({ persisted }: PageTransitionEvent): void {
  if (persisted) connectAnew();
}

/** Connects, and again whenever the caller has become another. */
export function followEvents(): void {
  addEventListener('pagehide', leave);
  addEventListener('pageshow', comeBack);
  effect(() => {
    session.value?.name;
    session.value?.scope;
    connect();
  });
}
