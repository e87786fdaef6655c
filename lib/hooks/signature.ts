import { createHmac, randomBytes } from 'node:crypto';
import { ArtistError } from '../core/index.ts';

/** https://www.standardwebhooks.com, version 1.0.0: secrets are base64 with this prefix. */
const prefix = 'whsec_';

/** A new secret of 32 random bytes. */
export const newWebhookSecret = (): string => prefix + randomBytes(32).toString('base64');

/** @throws ArtistError ERR_INVALID_ARGUMENT: not `whsec_` and the base64 of 24 to 64 bytes. The message does not repeat it. */
export function secretKey(secret: string): Buffer {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : '';
  const key = Buffer.from(text, 'base64');
  if (key.length < 24 || key.length > 64 || key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, ''))
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'secret: expected whsec_ and the base64 of 24 to 64 bytes, got another text');
  return key;
}

export interface SignedHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature'?: string;
}

/**
 * Headers of Standard Webhooks. With a secret, the signature is the base64 of HMAC-SHA-256 over `<id>.<timestamp>.<body>`.
 *
 * @param at milliseconds since 1970; the header has seconds
 */
export function signedHeaders(secret: string | undefined, { id, at, body }: { id: string; at: number; body: string }): SignedHeaders {
  const timestamp = String(Math.floor(at / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const signature = createHmac('sha256', secretKey(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
