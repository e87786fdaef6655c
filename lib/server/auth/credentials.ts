/**
 * The token in the header Authorization: `Bearer TOKEN`, or the password of `Basic` with any user. An empty header and an empty token count as
 * none, because clients without a token send those.
 *
 * @returns undefined: none was sent; '': the header cannot be read
 */
export function sentToken(authorization: string | undefined): string | undefined {
  // No pattern with two open ends: on a header of blanks it would take a second, and this runs before anything is known of the client.
  const text = (authorization ?? '').trim();
  const end = text.search(/\s/);
  const scheme = end < 0 ? text : text.slice(0, end);
  const value = end < 0 ? '' : text.slice(end).trim();
  if (value === '') return scheme === '' || /^(?:bearer|basic)$/i.test(scheme) ? undefined : '';
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return '';
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return '';
  return pair.slice(colon + 1) || undefined;
}

const bearer = 'Bearer realm="ai-artist"';
const basic = 'Basic realm="ai-artist", charset="UTF-8"';

/**
 * How a client may authenticate: Bearer for programs, Basic for those that know only that. To a script of a page Basic is not offered: the browser
 * would ask for a password itself, over the page, which asks in its own way.
 *
 * @param fetchMode the header Sec-Fetch-Mode; programs send none, browsers `navigate` for an address that a person opens
 */
export const challengesFor = (fetchMode: unknown): string[] =>
  fetchMode === undefined || fetchMode === 'navigate' ? [basic, bearer] : [bearer];
