import { ArtistError } from '../core/index.ts';

/** The optional package. Its types stay inside this folder: they must not be part of ours, since nobody must install it for them. */
export type Fedify = typeof import('@fedify/fedify');

/** A pair as Web Crypto has it. */
export type KeyPair = Awaited<ReturnType<Fedify['generateCryptoKeyPair']>>;
export type KeyJwk = Parameters<Fedify['importJwk']>[0];

/**
 * The optional package that speaks ActivityPub.
 *
 * @throws ArtistError ERR_UNSUPPORTED: it is not installed
 */
export async function loadFedify(): Promise<Fedify> {
  try {
    return await import('@fedify/fedify');
  } catch (cause) {
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      'federation: expected the package @fedify/fedify for an account in the Fediverse, got none. Install it beside this one: npm install @fedify/fedify@1.5.9',
      { cause },
    );
  }
}
