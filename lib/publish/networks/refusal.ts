import { plainText } from '../../core/index.ts';
import type { Failure } from './network-failure.ts';

const longestWaitMs = 7 * 86_400_000;

/**
 * What a status other than 2xx says of a call. 4xx: the network did not act. 5xx: it may have, before it failed.
 * `changes`: whether the call was to change something.
 */
export function refusal(url: URL, { status, headers }: Response, json: unknown, changes: boolean): Failure {
  const got = `got ${status}${saidBy(json)}`;
  const final = (code: Failure['code'], message: string): Failure => ({ code, message, retryable: false, unsure: false });
  const later = (code: Failure['code'], message: string, unsure = false): Failure => {
    const waitMs = waitOf(headers, status === 429);
    return { code, message, retryable: true, unsure, ...(waitMs !== undefined && { waitMs }) };
  };
  if (status < 400)
    return {
      ...final(
        'ERR_NETWORK',
        `expected the server itself, got a redirect to ${hostOf(headers.get('location'), url)}, which is not followed. Connect with the address of the server itself`,
      ),
      // "See Other" is how a server answers after it acted.
      unsure: changes && status === 303,
    };
  switch (status) {
    case 401:
      return final('ERR_UNAUTHENTICATED', `expected a valid token, ${got}. Connect the account again`);
    case 403:
      return final('ERR_FORBIDDEN', `expected permission, ${got}. Check the account and the scopes of its token`);
    case 404:
    case 410:
      return final('ERR_NOT_FOUND', `expected that what was asked for exists, ${got}. Check the address, and whether it was deleted`);
    case 413:
      return final('ERR_TOO_LARGE', `expected a size within the limits, ${got}. Make the picture smaller`);
    case 425:
      return later('ERR_NETWORK', `expected an answer, ${got}. It is tried again`);
    case 429:
      return later('ERR_RATE_LIMIT', `expected to be within the limits, ${got}. It is tried again`);
  }
  return status === 408 || status >= 500
    ? later('ERR_NETWORK', `expected an answer, ${got}. It is tried again`, changes)
    : final('ERR_INVALID_ARGUMENT', `expected the call to be accepted, ${got}. Change what it complains of`);
}

/** What a network says of a failure, in brackets: {"error": "..."} of Mastodon, {"error": "Name", "message": "..."} and the like of others. */
function saidBy(json: unknown): string {
  if (json === null || typeof json !== 'object') return '';
  const { error } = json as { error?: unknown };
  const source = error !== null && typeof error === 'object' ? error : json;
  const words = ['error', 'message', 'title', 'detail', 'description', 'error_description'].map(
    (name) => (source as Record<string, unknown>)[name],
  );
  const text = words.filter((word) => typeof word === 'string' && word !== '').join(', ');
  return text === '' ? '' : ` (${inOneLine(text)})`;
}

/** Foreign words for a message: one line, not too long. */
export const inOneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').trim().slice(0, 300);

function hostOf(location: string | null, base: URL): string {
  return location !== null && URL.canParse(location, base.href) ? new URL(location, base.href).host : 'another address';
}

/** Retry-After in seconds or as a date; for 429 also the time when the limit begins anew. Dates are read by the server's own clock. */
function waitOf(headers: Headers, limited: boolean): number | undefined {
  const served = Date.parse(headers.get('date') ?? '');
  const now = Number.isNaN(served) ? Date.now() : served;
  const resets = ['x-ratelimit-reset-after', 'x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset'];
  const given = ['retry-after', ...(limited ? resets : [])].map((name) => headers.get(name)).find((value) => value !== null);
  const ms = given === undefined || given === null ? undefined : inMs(given.trim(), now);
  return ms === undefined || Number.isNaN(ms) ? undefined : Math.min(Math.max(Math.ceil(ms), 0), longestWaitMs);
}

/** A number is seconds: from now, or since 1970 if it is that large. */
function inMs(value: string, now: number): number {
  if (!/^\d+(\.\d+)?$/.test(value)) return Date.parse(value) - now;
  const seconds = Number(value);
  return seconds > 1e9 ? seconds * 1000 - now : seconds * 1000;
}
