/**
 * The token in the header Authorization: `Bearer TOKEN`, or the password of `Basic` with any user. An empty header and an empty token count as
 * none, because clients without a token send those.
 *
 * @returns undefined: none was sent; '': the header cannot be read
 */
export function sentToken(authorization: string | undefined): string | undefined {
  const [, scheme = '', value = ''] = /^\s*([^\s]*)\s*(.*?)\s*$/s.exec(authorization ?? '') ?? [];
  if (value === '') return scheme === '' || /^(?:bearer|basic)$/i.test(scheme) ? undefined : '';
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return '';
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return '';
  return text.slice(colon + 1) || undefined;
}

/** For browsers Basic, for programs Bearer. */
export const challenges = ['Basic realm="ai-artist", charset="UTF-8"', 'Bearer realm="ai-artist"'];
