import * as z from 'zod';
import { ArtistError, type Home } from '../core/index.ts';
import { madeOnce } from '../provenance/index.ts';
import type { Fedify, KeyJwk, KeyPair } from './fedify-package.ts';

const jwk = z.looseObject({ kty: z.string() });
const keysSchema = z.strictObject({
  rsa: z.strictObject({ privateKey: jwk, publicKey: jwk }),
  ed25519: z.strictObject({ privateKey: jwk, publicKey: jwk }),
});

/**
 * The key pairs of the account, made on first use: RSA, which signs requests, and Ed25519, which signs activities. Other servers know the account by
 * them: without them it cannot speak any more.
 *
 * @throws ArtistError ERR_DAMAGED, ERR_READ, ERR_WRITE, ERR_DISK_FULL
 */
export async function openKeys(home: Home, { generateCryptoKeyPair, exportJwk, importJwk }: Fedify): Promise<KeyPair[]> {
  const path = home.federation('keys.json');
  const exported = async (algorithm: 'RSASSA-PKCS1-v1_5' | 'Ed25519') => {
    const { privateKey, publicKey } = await generateCryptoKeyPair(algorithm);
    return { privateKey: await exportJwk(privateKey), publicKey: await exportJwk(publicKey) };
  };
  const make = async (): Promise<string> =>
    `${JSON.stringify({ rsa: await exported('RSASSA-PKCS1-v1_5'), ed25519: await exported('Ed25519') })}\n`;
  const text = await madeOnce(path, 'the keys of the account', make);
  try {
    const { rsa, ed25519 } = keysSchema.parse(JSON.parse(text));
    return await Promise.all(
      [rsa, ed25519].map(async (pair) => ({
        privateKey: await importJwk(pair.privateKey as KeyJwk, 'private'),
        publicKey: await importJwk(pair.publicKey as KeyJwk, 'public'),
      })),
    );
  } catch (cause) {
    throw new ArtistError(
      'ERR_DAMAGED',
      `${path}: expected the keys of the account, got a damaged file. Restore it from a backup: with other keys no server believes the account`,
      { cause },
    );
  }
}
