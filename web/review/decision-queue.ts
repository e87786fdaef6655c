/**
 * Decisions on their way to the server, in the order in which they were made. When the server is away they wait here, in the memory of this page,
 * and are sent when it is back.
 */
import { effect, signal } from '@preact/signals';
import { ApiError, mayPass } from '../api/client.ts';
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
/** Why they wait: the server is away, or does not know this browser any more. */
export const held = signal<'away' | 'signedOut' | undefined>(undefined);
let isSending = false;
let retry: number | undefined;
const retryMs = 3000;

/** When this page last decided about a work: its own events are no news. */
const decidedAt = new Map<string, number>();
const ownMs = 10_000;
export const isOwnDecision = (id: string): boolean => isWaiting(id) || Date.now() - (decidedAt.get(id) ?? 0) < ownMs;
export const isWaiting = (id: string): boolean => queue.some((one) => one.id === id);

/** Shows a decision at once, and sends it. Further ones about the same work go out together, in their order. */
export function decide(id: string, change: Change): void {
  showChange(id, change);
  decidedAt.set(id, Date.now());
  const last = queue.at(-1);
  // The first one may be on its way.
  if (last?.id === id && queue.length > 1) last.change = { ...last.change, ...change };
  else queue.push({ id, change: { ...change } });
  waiting.value = queue.length;
  sendAll();
}

export async function sendAll(): Promise<void> {
  if (isSending) return;
  isSending = true;
  clearTimeout(retry);
  for (let first = queue[0]; first; first = queue[0]) {
    const error = await sendChange(first.id, first.change).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    const reason = mayPass(error) ? 'away' : error instanceof ApiError && error.status === 401 ? 'signedOut' : undefined;
    if (reason) {
      hold(reason);
      break;
    }
    queue = queue.slice(1);
    waiting.value = queue.length;
    decidedAt.set(first.id, Date.now());
    // The answer is older than what was decided since.
    for (const { id, change } of queue) if (id === first.id) showChange(id, change);
    if (error !== undefined) {
      // Such as a work that somebody else has removed.
      tellError(error);
      refreshRow(first.id);
    }
  }
  if (queue.length === 0 && held.peek()) {
    held.value = undefined;
    tell(t('review.sent'));
  }
  isSending = false;
}

function hold(reason: 'away' | 'signedOut'): void {
  held.value = reason;
  if (reason === 'signedOut') signInAsked.value = { reason: 'wish', whenDone: sendAll };
  else retry = window.setTimeout(sendAll, retryMs);
}

effect(() => {
  session.value?.name;
  if (isConnected.value && held.peek()) sendAll();
});

// They are lost with the page.
addEventListener('beforeunload', (event) => {
  if (queue.length > 0) event.preventDefault();
});
