import { errorLine, isArtistError, packageVersion, postForStatus, postTimeoutMs, redact } from '../core/index.ts';
import { signedHeaders } from './signature.ts';
import { checkWebhookUrl, guardedLookup, type Reach } from './webhook-address.ts';

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
 * @param secret undefined: it is not signed
 * @param at milliseconds since 1970, for the signature
 */
export async function postWebhook(
  { url, secret }: { url: string; secret: string | undefined },
  message: { id: string; body: string; at: number },
  reach: Reach,
  signal: AbortSignal,
): Promise<PostResult> {
  try {
    // Again, because the settings may have changed since it was registered; the lookup is not asked about addresses in numbers.
    const target = checkWebhookUrl(url, reach);
    const headers = {
      'content-type': 'application/json',
      'user-agent': `ai-artist/${packageVersion()}`,
      ...signedHeaders(secret, message),
    };
    const { status, problem, retryAfter } = await postForStatus(target, {
      headers,
      body: message.body,
      lookup: guardedLookup(reach),
      signal,
    });
    return { status, ...(problem !== undefined && { problem, ...(retryAfter !== undefined && { retryAfter }) }) };
  } catch (error) {
    return { status: null, problem: redact(problemOf(error)) };
  }
}

function problemOf(error: unknown): string {
  if (isArtistError(error)) return error.message;
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return `no answer within ${postTimeoutMs / 1000} s`;
  // undici asserts that a status is one.
  return name === 'AssertionError' ? 'an answer that is not HTTP' : errorLine(error);
}
