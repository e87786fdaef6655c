/**
 * Decisions on their way to the server, in the order in which they were made. When the server is away they wait here, in the memory of this page,
 * and are sent when it is back.
 */
import { effect, signal } from '@preact/signals';
import { ApiError } from '../api/client.ts';
import { isConnected } from '../api/events.ts';
import { session, signInAsked } from '../api/session.ts';
import { type Change, refreshRow, sendChange, showChange } from '../api/works.ts';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

interface Waiting {
  id: string;
  change: Change;
}

let queue: Waiting[] = [];
/** How many the server does not have yet. */
export const waiting = signal(0);
/** Whether they wait because the server is away. */
export const isHeld = signal(false);
let isSending = false;
let retry: number | undefined;
const retryMs = 3000;
/** Answers of a proxy whose server is away, or of a server that is busy or stopping. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** When this page last decided about a work: its own events are no news. */
const decidedAt = new Map<string, number>();
const ownMs = 10_000;
export const isOwnDecision = (id: string): boolean => isWaiting(id) || Date.now() - (decidedAt.get(id) ?? 0) < ownMs;
export const isWaiting = (id: string): boolean => queue.some((one) => one.id === id);

/** Shows a decision at once, and sends it. */
export function decide(id: string, change: Change): void {
  showChange(id, change);
  decidedAt.set(id, Date.now());
  queue.push({ id, change });
  waiting.value = queue.length;
  sendAll();
}

async function sendAll(): Promise<void> {
  if (isSending) return;
  isSending = true;
  clearTimeout(retry);
  for (let first = queue[0]; first; first = queue[0]) {
    const error = await sendChange(first.id, first.change).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    if (error !== undefined && mayPass(error)) {
      hold(error as ApiError);
      break;
    }
    queue = queue.slice(1);
    waiting.value = queue.length;
    decidedAt.set(first.id, Date.now());
    if (error !== undefined) {
      // Such as a work that somebody else has removed.
      tellError(error);
      refreshRow(first.id);
    }
  }
  if (queue.length === 0 && isHeld.value) {
    isHeld.value = false;
    tell(t('review.sent'));
  }
  isSending = false;
}

const mayPass = (error: unknown): boolean => error instanceof ApiError && (passing.has(error.status) || error.status === 401);

function hold(error: ApiError): void {
  isHeld.value = true;
  if (error.status === 401) signInAsked.value = { reason: 'wish', whenDone: sendAll };
  else retry = window.setTimeout(sendAll, retryMs);
}

effect(() => {
  session.value?.name;
  if (isConnected.value && isHeld.peek()) sendAll();
});

// They are lost with the page.
addEventListener('beforeunload', (event) => {
  if (queue.length > 0) event.preventDefault();
});
