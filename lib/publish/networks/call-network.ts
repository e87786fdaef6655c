import { errorLine, packageVersion, systemCode } from '../../core/index.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** Default 60 000. */
  timeoutMs?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  json: unknown;
}

const longestAnswer = 4_000_000;
const longestWaitMs = 7 * 86_400_000;
/** Nothing reached the network: the name is unknown, nobody listens, the certificate is wrong. */
const neverSent = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Calls a network's API. Redirects are not followed, so that no token reaches another host. Every status but 2xx is a failure.
 *
 * @throws NetworkFailure
 */
export async function callNetwork(url: URL, { method = 'GET', headers = {}, body, timeoutMs = 60_000 }: Call): Promise<Answer> {
  const changes = method !== 'GET';
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'application/json', 'user-agent': `ai-artist/${packageVersion()}`, ...headers },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await limitedText(response);
  } catch (error) {
    throw new NetworkFailure(withoutAnswer(url, error, changes));
  }
  const json = parsed(text);
  if (response.status >= 300) throw new NetworkFailure(refusal(url, response, json, changes));
  if (json === notJson)
    throw new NetworkFailure({
      code: 'ERR_NETWORK',
      message: `${url.host}: expected JSON, got ${text.trimStart().startsWith('<') ? 'a web page' : 'another text'}. Is this the address of the server itself?`,
      retryable: true,
      unsure: changes,
    });
  return { status: response.status, headers: response.headers, json };
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longestAnswer) throw new Error(`an answer of more than ${longestAnswer} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const notJson = Symbol('not JSON');

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

function withoutAnswer(url: URL, error: unknown, changes: boolean): Failure {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = systemCode(cause);
  const got = error instanceof Error && error.name === 'TimeoutError' ? 'none in time' : (code ?? errorLine(cause));
  return {
    code: 'ERR_NETWORK',
    message: `${url.host}: expected an answer, got ${got}. Check the network and the address`,
    retryable: true,
    unsure: changes && !(code !== undefined && neverSent.has(code)),
  };
}

function refusal(url: URL, { status, headers }: Response, json: unknown, changes: boolean): Failure {
  const said = saidBy(json);
  const waitMs = waitOf(headers);
  const failure = (code: Failure['code'], message: string, retryable: boolean, unsure = false): Failure => ({
    code,
    message: `${url.host}: ${message}`,
    retryable,
    unsure,
    ...(waitMs !== undefined && { waitMs }),
  });
  if (status < 400)
    return failure(
      'ERR_NETWORK',
      `expected the server itself, got a redirect to ${hostOf(headers.get('location'), url)}, which is not followed. Connect with that address`,
      false,
    );
  if (status === 429) return failure('ERR_RATE_LIMIT', `expected to be within the limits, got ${status}${said}. It is tried again`, true);
  if (status === 401)
    return failure('ERR_UNAUTHENTICATED', `expected a valid token, got ${status}${said}. Connect the account again`, false);
  if (status === 403)
    return failure('ERR_FORBIDDEN', `expected permission, got ${status}${said}. Check the account and the scopes of its token`, false);
  if (status === 404) return failure('ERR_NOT_FOUND', `expected ${url.pathname} to exist, got ${status}${said}`, false);
  if (status === 408 || status >= 500)
    return failure('ERR_NETWORK', `expected an answer, got ${status}${said}. It is tried again`, true, changes);
  return failure('ERR_INVALID_ARGUMENT', `expected the call to be accepted, got ${status}${said}`, false);
}

/** What the network says about a failure: `{"error": "..."}` of Mastodon, `{"error": "Name", "message": "..."}` of others. */
function saidBy(json: unknown): string {
  if (json === null || typeof json !== 'object') return '';
  const words = ['error', 'message', 'error_description'].map((name) => (json as Record<string, unknown>)[name]);
  const text = words.filter((word) => typeof word === 'string').join(', ');
  return text === '' ? '' : ` (${text.slice(0, 300)})`;
}

function hostOf(location: string | null, base: URL): string {
  return location !== null && URL.canParse(location, base.href) ? new URL(location, base.href).host : 'another address';
}

/** Retry-After in seconds or as a date; else a reset time as ISO 8601, or in seconds since 1970. */
function waitOf(headers: Headers): number | undefined {
  const after = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset');
  const ms =
    after !== null
      ? inMs(after, true)
      : headers.get('x-ratelimit-remaining') === '0' || reset !== null
        ? inMs(reset ?? '', false)
        : undefined;
  return ms === undefined || Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs);
}

function inMs(value: string, seconds: boolean): number {
  if (/^\d+(\.\d+)?$/.test(value)) return seconds ? Number(value) * 1000 : Number(value) * 1000 - Date.now();
  return Date.parse(value) - Date.now();
}
