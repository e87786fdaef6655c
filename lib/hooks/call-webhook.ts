import { setTimeout as sleep } from 'node:timers/promises';
import type { CallResult } from './call-result.ts';
import { postWebhook } from './post-webhook.ts';

/** Milliseconds before the second and the third try. */
const waits = [1000, 5000];

const isWorthAnother = (status: number | null): boolean => status === null || status === 429 || status >= 500;

/** Posts a message, and again if the receiver is busy or away; every try has the same id. Never throws. */
export async function callWebhook(
  target: { url: string; secret: string | undefined },
  message: { id: string; body: string; at: number },
  timeoutMs: number,
): Promise<CallResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (let tries = 0; ; tries++) {
    const { status, problem } = await postWebhook(target, message, { privateHosts: 'all' }, signal);
    if (problem === undefined) return { status };
    const wait = waits[tries];
    if (wait === undefined || !isWorthAnother(status) || signal.aborted) return { status, problem };
    // Aborted: the time is over, and the last problem is the result.
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return { status, problem };
  }
}
