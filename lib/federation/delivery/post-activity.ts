import { isIP } from 'node:net';
import {
  ArtistError,
  bareHost,
  errorLine,
  guardedLookup,
  isArtistError,
  isPrivateName,
  isPublicAddress,
  packageVersion,
  postForStatus,
  type StatusAnswer,
} from '../../core/index.ts';

/** What became of one try. `gone`: the inbox is no more. `refused`: the same activity will never be taken. */
export type Outcome = { is: 'delivered' | 'gone' } | { is: 'refused' | 'failed'; problem: string; waitMs?: number };

/** Signs a request with the key of the account. */
export type Sign = (request: Request) => Promise<Request>;

const refused = (host: string): ArtistError =>
  new ArtistError('ERR_FORBIDDEN', `inbox: expected one on the public internet, got ${host}, which leads elsewhere`);

/**
 * Checks the address of an inbox: https, without a user, and no address of a private network. Names are resolved when they are called.
 *
 * @throws ArtistError ERR_FORBIDDEN
 */
export function checkInbox(url: URL, allowPrivate: boolean): void {
  if (allowPrivate) return;
  const host = bareHost(url);
  if (
    url.protocol !== 'https:' ||
    url.username !== '' ||
    url.password !== '' ||
    isPrivateName(host) ||
    (isIP(host) !== 0 && !isPublicAddress(host))
  )
    throw refused(url.host);
}

/** Posts one activity to one inbox. Redirects are not followed. Never throws. */
export async function postActivity(inbox: string, body: string, sign: Sign, allowPrivate: boolean, signal: AbortSignal): Promise<Outcome> {
  try {
    const url = new URL(inbox);
    checkInbox(url, allowPrivate);
    const headers = { 'content-type': 'application/activity+json', 'user-agent': `ai-artist/${packageVersion()}` };
    const signed = await sign(new Request(inbox, { method: 'POST', headers, body }));
    const lookup = allowPrivate ? undefined : guardedLookup({ allows: () => false, refuse: refused });
    return outcomeOf(await postForStatus(url, { headers: Object.fromEntries(signed.headers), body, lookup, signal }));
  } catch (error) {
    return isArtistError(error, 'ERR_FORBIDDEN') ? { is: 'refused', problem: error.message } : { is: 'failed', problem: errorLine(error) };
  }
}

/** Statuses that a server gives while it starts, is busy, or cannot fetch our key: the same activity may be taken later. */
const passing = new Set([401, 404, 408, 425, 429]);

function outcomeOf({ status, problem, retryAfter }: StatusAnswer): Outcome {
  if (problem === undefined) return { is: 'delivered' };
  if (status === 410) return { is: 'gone' };
  if (status < 500 && !passing.has(status)) return { is: 'refused', problem };
  return { is: 'failed', problem, ...(retryAfter !== undefined && { waitMs: retryAfter * 1000 }) };
}
