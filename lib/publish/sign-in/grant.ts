import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ArtistError, plainText, rememberSecret } from '../../core/index.ts';

/** What comes back from the page of consent: a code that is good once, for some seconds or minutes. */
export interface Grant {
  code: string;
}

/** Thrown where the server does not know the scopes it was asked for, so that fewer can be asked for. */
export class UnknownScopes extends ArtistError {
  constructor(said: string) {
    super('ERR_FORBIDDEN', `sign-in: expected a server that knows the scopes, got ${said}`);
  }
}

/** 256 random bits, URL-safe. */
export const randomText = (): string => randomBytes(32).toString('base64url');

/** The proof that who redeems a code has asked for it (RFC 7636, S256). */
export interface Proof {
  verifier: string;
  challenge: string;
}

export function newProof(): Proof {
  const verifier = randomText();
  rememberSecret(verifier);
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

const sameText = (one: string, other: string): boolean => {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
};

/**
 * Reads the answer of the page of consent (RFC 6749, 4.1.2).
 *
 * @throws ArtistError ERR_UNAUTHENTICATED: it is the answer to another request, or holds no code; ERR_FORBIDDEN: consent was refused
 */
export function readGrant(query: URLSearchParams, state: string): Grant {
  if (!sameText(query.get('state') ?? '', state))
    throw new ArtistError(
      'ERR_UNAUTHENTICATED',
      'sign-in: expected the answer to this sign-in, got that of another (its state differs). Close older pages of consent and run it again',
    );
  const refused = query.get('error');
  if (refused === 'invalid_scope') throw new UnknownScopes(refused);
  if (refused !== null) {
    const said = plainText([refused, query.get('error_description') ?? ''].filter(Boolean).join(': '))
      .replace(/\s+/g, ' ')
      .slice(0, 300);
    throw new ArtistError('ERR_FORBIDDEN', `sign-in: expected consent, got ${said}. Run it again and allow the access that it asks for`);
  }
  return grantOf(query.get('code') ?? '');
}

function grantOf(code: string): Grant {
  if (!/^[\x21-\x7e]{4,4000}$/.test(code)) throw new ArtistError('ERR_UNAUTHENTICATED', 'sign-in: expected a code, got none. Run it again');
  rememberSecret(code);
  return { code };
}

/**
 * Reads what a person has pasted: the code itself, or the whole address of the page that the browser was sent to.
 *
 * @throws ArtistError every error of readGrant()
 */
export function readPasted(text: string, state: string): Grant {
  const pasted = text.trim();
  return URL.canParse(pasted) && /^https?:/i.test(pasted) ? readGrant(new URL(pasted).searchParams, state) : grantOf(pasted);
}
