/** Live events of the server: see GET /api/v1/events. */
import { computed, effect, signal } from '@preact/signals';
import { addressOf } from './client.ts';
import type { StreamState } from './event-messages.ts';
import { openStream, type Stream } from './event-stream.ts';
import { readSession, session } from './session.ts';

/** Whether the server is there; false once it was silent for longer than a hiccup. */
export const isConnected = signal(true);

type Heard = (data: unknown, type: string) => void;
const listeners = new Map<string, Set<Heard>>();
let stream: Stream | undefined;
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
    stream?.hear(type);
  }
  return () => known.delete(heard);
}

function dispatch(type: string, text: string): void {
  const data: unknown = text === '' ? undefined : JSON.parse(text);
  for (const heard of listeners.get(type) ?? []) heard(data, type);
}

function follow(state: StreamState): void {
  if (state === 'open') {
    clearTimeout(silence);
    silence = undefined;
    isConnected.value = true;
    return;
  }
  silence ??= window.setTimeout(() => {
    isConnected.value = false;
  }, hiccupMs);
  // The token may be one that the server does not know any more.
  if (state === 'refused') retry ??= window.setTimeout(askAgain, retryMs);
}

function askAgain(): void {
  clearTimeout(retry);
  retry = undefined;
  readSession().catch(() => follow('broken'));
}

const who = computed(() => `${session.value?.name ?? ''} ${session.value?.scope ?? ''}`);

function connect(): void {
  stream?.close();
  stream = undefined;
  if (!session.peek()?.scope) return;
  stream = openStream({
    address: new URL(addressOf('events', { previews: true }), document.baseURI).href,
    who: who.peek(),
    types: listeners.keys(),
    since: session.peek()?.events ?? '',
    onEvent: dispatch,
    onState: follow,
    onOther: askAgain,
  });
}

/** A page that was left may be kept for "back": it must not go on hearing. */
function leave(): void {
  stream?.close();
  stream = undefined;
  clearTimeout(silence);
  silence = undefined;
}

/** What happened while the page was kept was not heard, so everything is loaded again. */
async function comeBack({ persisted }: PageTransitionEvent): Promise<void> {
  if (!persisted) return;
  await readSession().catch(() => undefined); // without a server the stream waits for it
  connect();
  for (const heard of listeners.get('reset') ?? []) heard(undefined, 'reset');
}

/** Connects, and again whenever the caller has become another. */
export function followEvents(): void {
  addEventListener('pagehide', leave);
  addEventListener('pageshow', comeBack);
  effect(() => {
    who.value;
    connect();
  });
}
