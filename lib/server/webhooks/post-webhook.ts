import { errorLine, isArtistError, packageVersion, redact } from '../../core/index.ts';
import { checkWebhookUrl, guardedLookup, type Reach } from './public-address.ts';
import { signedHeaders } from './signature.ts';

const timeoutMs = 15_000;

export interface PostResult {
  /** HTTP status; null: no answer. */
  status: number | null;
  /** Why it does not count as delivered; undefined: it was. */
  problem?: string;
  /** Seconds that the receiver asks to wait. */
  retryAfter?: number;
}

/**
 * Sends one message. Redirects are not followed, the answer's body is not read, and nothing but our own headers is sent. Never throws.
 *
 * @param at milliseconds since 1970, for the signature
 */
export async function postWebhook(
  { url, secret }: { url: string; secret: string },
  message: { id: string; body: string; at: number },
  reach: Reach,
  signal: AbortSignal,
): Promise<PostResult> {
  const { Agent, request } = await import('undici');
  const agent = new Agent({
    connect: { lookup: guardedLookup(reach), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    pipelining: 0,
    maxHeaderSize: 16_384,
  });
  try {
    // Again, because the settings may have changed since it was registered; the lookup is not asked about addresses in numbers.
    const target = checkWebhookUrl(url, reach);
    const { statusCode, headers, body } = await request(target, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        'content-type': 'application/json',
        'user-agent': `ai-artist/${packageVersion()}`,
        ...signedHeaders(secret, message),
      },
      body: message.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    body.on('error', () => undefined).destroy(); // the status is all that counts
    if (statusCode >= 200 && statusCode < 300) return { status: statusCode };
    const after = Number(headers['retry-after']);
    return {
      status: statusCode,
      problem: statusCode >= 300 && statusCode < 400 ? `a redirect (${statusCode}), which is not followed` : `status ${statusCode}`,
      ...(Number.isFinite(after) && after > 0 && { retryAfter: Math.min(after, 86_400) }),
    };
  } catch (error) {
    return { status: null, problem: redact(problemOf(error)) };
  } finally {
    await agent.destroy();
  }
}

function problemOf(error: unknown): string {
  if (isArtistError(error)) return error.message;
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  // undici asserts that a status is one.
  return name === 'AssertionError' ? 'an answer that is not HTTP' : errorLine(error);
}
