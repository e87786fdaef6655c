import type { LookupFunction } from 'node:net';

/** The longest that postForStatus() waits, milliseconds. */
export const postTimeoutMs = 15_000;

export interface StatusAnswer {
  status: number;
  /** Why the message does not count as delivered; undefined: it was. */
  problem: string | undefined;
  /** Seconds that the receiver asks to wait, up to a day. */
  retryAfter: number | undefined;
}

/**
 * Posts a message to a server that is not trusted. Redirects are not followed, and the answer's body is not read.
 *
 * @param message.lookup see guardedLookup(); it is not asked about addresses in numbers
 * @throws the error of undici, or of `lookup`
 */
export async function postForStatus(
  url: URL,
  message: { headers: Record<string, string>; body: string; lookup: LookupFunction | undefined; signal: AbortSignal },
): Promise<StatusAnswer> {
  const { Agent, request } = await import('undici');
  const { headers, body, lookup, signal } = message;
  const agent = new Agent({
    connect: { ...(lookup && { lookup }), timeout: postTimeoutMs },
    headersTimeout: postTimeoutMs,
    bodyTimeout: postTimeoutMs,
    pipelining: 0,
    maxHeaderSize: 16_384,
  });
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers,
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(postTimeoutMs)]),
    });
    answer.body.on('error', () => undefined).destroy(); // the status is all that counts
    const { statusCode: status } = answer;
    const after = Number(answer.headers['retry-after']);
    return { status, problem: problemOf(status), retryAfter: after > 0 ? Math.min(after, 86_400) : undefined };
  } finally {
    await agent.destroy();
  }
}

function problemOf(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  return status < 400 ? `a redirect (${status}), which is not followed` : `status ${status}`;
}
