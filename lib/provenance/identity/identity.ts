import { createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { ArtistError, answering, homeOf, readError, readPlainFile, systemClock } from '../../core/index.ts';
import { madeOnce, storedText } from '../made-once.ts';
import { newIdentity } from './certificates.ts';

/** Where the key and certificates of a home are; the owner's own replace those that are made on first use. */
export interface IdentityPlace {
  /** Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** PEM file of the owner's certificate, followed by those of its issuers. Only together with `keyFile`. */
  certificateFile?: string | undefined;
  /** PEM file of the private key of `certificateFile`, without a password. */
  keyFile?: string | undefined;
}

export type SigningAlgorithm = 'es256' | 'es384' | 'ps256' | 'ed25519';

/** A private key with its certificates. */
export interface Identity {
  algorithm: SigningAlgorithm;
  /** The certificate of the key, then those of its issuers. */
  chain: readonly X509Certificate[];
  sign(content: Uint8Array): Buffer;
}

/**
 * The key and certificates that sign the pictures of a home. Without `certificateFile` and `keyFile` they are made on first use, in a file that only its
 * owner may read; of two processes that make it at once, one writes and both use the same.
 *
 * @throws ArtistError ERR_CONFIG: only one of `certificateFile` and `keyFile`, they do not belong together, or C2PA does not know their kind; ERR_READ;
 *   ERR_DAMAGED: the file in the home; ERR_WRITE, ERR_DISK_FULL
 */
export const openIdentity = answering('openIdentity', async (place: IdentityPlace = {}): Promise<Identity> => {
  if (place.certificateFile !== undefined && place.keyFile !== undefined)
    return identityOf(
      await textOf(place.keyFile),
      await textOf(place.certificateFile),
      `${place.keyFile} and ${place.certificateFile}`,
      'ERR_CONFIG',
    );
  if (place.certificateFile !== undefined || place.keyFile !== undefined) {
    const [there, missing] = place.keyFile === undefined ? ['certificateFile', 'keyFile'] : ['keyFile', 'certificateFile'];
    throw new ArtistError(
      'ERR_CONFIG',
      `provenance.${missing}: expected a PEM file, because provenance.${there} is set, got none. Set both or neither`,
    );
  }
  const path = homeOf(place.home).signingKey;
  const pem = await madeOnce(path, what, () => newIdentity(systemClock.now()).pem);
  return identityOf(pem, pem, path, 'ERR_DAMAGED');
});

/** The identity of a home if it has one. It is not made: a reader only compares with it. */
export async function knownIdentity(place: IdentityPlace = {}): Promise<Identity | undefined> {
  if (place.certificateFile !== undefined || place.keyFile !== undefined) return openIdentity(place);
  const path = homeOf(place.home).signingKey;
  const pem = await storedText(path, what);
  return pem === undefined ? undefined : identityOf(pem, pem, path, 'ERR_DAMAGED');
}

const what = 'a PEM file';

async function textOf(path: string): Promise<string> {
  return readPlainFile(path, 'utf8').catch((cause: unknown) => {
    throw readError(path, what, cause);
  });
}

function identityOf(keyPem: string, chainPem: string, from: string, code: 'ERR_CONFIG' | 'ERR_DAMAGED'): Identity {
  const fail = (what: string, cause?: unknown): ArtistError =>
    new ArtistError(
      code,
      `${from}: expected ${what}. ${code === 'ERR_CONFIG' ? 'See: docs/provenance.md' : 'Restore it, or move it away to start with a new key'}`,
      { cause },
    );
  let key: KeyObject;
  let chain: X509Certificate[];
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw fail('a private key in PEM without a password, got none that can be read', cause);
  }
  try {
    chain = (chainPem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map((pem) => new X509Certificate(pem));
  } catch (cause) {
    throw fail('certificates in PEM, got some that cannot be read', cause);
  }
  const [leaf, issuer] = chain;
  if (!leaf || !issuer) throw fail(`a certificate in PEM, followed by that of its issuer, got ${chain.length}`);
  if (!leaf.checkPrivateKey(key)) throw fail('the certificate of the key first, got that of another key');
  return { algorithm: algorithmOf(key, fail), chain, sign: signerOf(key) };
}

function algorithmOf(key: KeyObject, fail: (what: string) => ArtistError): SigningAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'es256';
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return 'es384';
  if (type === 'ed25519') return 'ed25519';
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return 'ps256';
  throw fail(
    `a key on P-256, P-384 or Ed25519, or RSA of at least 2048 bits, got ${type} ${details?.namedCurve ?? details?.modulusLength ?? ''}`,
  );
}

function signerOf(key: KeyObject): Identity['sign'] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return (content) => sign(null, content, key);
  // PSS with a salt as long as the hash: PS256 of RFC 8230. The numbers are node:crypto's RSA_PKCS1_PSS_PADDING and its salt in bytes.
  if (type === 'rsa') return (content) => sign('sha256', content, { key, padding: 6, saltLength: 32 });
  const hash = details?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
  return (content) => sign(hash, content, { key, dsaEncoding: 'ieee-p1363' });
}
