import type { Account } from '../accounts/account.ts';
import { openCallback } from './callback.ts';
import { type Grant, newProof, type Proof, randomText, readPasted } from './grant.ts';

/** How a person signs in. */
export interface SignInWay {
  /** Shows the address of the page of consent, and opens it where there is a browser. */
  show: (address: string) => Promise<void> | void;
  /** Asks for the code that the page shows, or the address that it leads to. Default: a server on this machine waits for the browser. */
  paste?: () => Promise<string>;
  /** Of that server. Default: a free one; 8645 for X, where the app has to name it. */
  port?: number;
  /** How long a person may take, milliseconds. Default 10 minutes. */
  timeoutMs?: number;
  signal: AbortSignal;
}

/** What a sign-in brings: secrets to be stored, and when the first of them ends. */
export interface SignedIn {
  secrets: Account['secrets'];
  /** Milliseconds since 1970. */
  expiresAt?: number;
}

export interface ConsentRequest {
  clientId: string;
  scope: string;
  /** Whether the server checks a proof (PKCE, S256). */
  proves: boolean;
  /** Address of the page of consent. */
  page: URL;
}

/** A code, and what its redeemer has to send besides. */
export interface Consent extends Grant {
  redirect: string;
  proof: Proof | undefined;
}

/** Where a code comes back to: a server on this machine, or by hand. */
export interface WayBack {
  redirect: string;
  ask: (request: ConsentRequest) => Promise<Consent>;
  close: () => void;
}

const defaultTimeoutMs = 600_000;

/**
 * Opens the way back before anything is asked for, since an app is registered with its address.
 *
 * @param byHand the address that stands for "show the code" at this network
 * @throws ArtistError every error of openCallback()
 */
export async function openWayBack(way: SignInWay, { port, byHand }: { port: number; byHand: string }): Promise<WayBack> {
  const state = randomText();
  const { paste } = way;
  const callback = paste
    ? undefined
    : await openCallback({ state, port: way.port ?? port, timeoutMs: way.timeoutMs ?? defaultTimeoutMs, signal: way.signal });
  const redirect = callback?.address ?? byHand;
  const ask = async (request: ConsentRequest): Promise<Consent> => {
    const proof = request.proves ? newProof() : undefined;
    await way.show(consentAddress(request, { redirect, state, proof }));
    const grant = callback ? await callback.grant : readPasted((await paste?.()) ?? '', state);
    return { ...grant, redirect, proof };
  };
  return { redirect, ask, close: () => callback?.close() };
}

function consentAddress(
  { page, clientId, scope }: ConsentRequest,
  { redirect, state, proof }: { redirect: string; state: string; proof: Proof | undefined },
): string {
  const address = new URL(page);
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirect,
    scope,
    state,
    ...(proof && { code_challenge: proof.challenge, code_challenge_method: 'S256' }),
  }).toString();
  return address.href;
}

/** The part of a request for tokens that redeems a code. */
export const redeemed = ({ code, redirect, proof }: Consent): Record<string, string> => ({
  code,
  redirect_uri: redirect,
  ...(proof && { code_verifier: proof.verifier }),
});
