import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bits, explicit, integer, objectId, octets, sequence, setOf, tagged, time, utf8, yes } from './der.ts';

/** A key of a home with its certificate and that of the root which signed it, all as PEM in one text. */
export interface NewIdentity {
  pem: string;
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const dayMs = 86_400_000;
/** Signatures have no time stamp of an authority, so they are valid only as long as the certificate. */
const validDays = 25 * 365;

const organisation = 'ai-artist';
const nameOf = (commonName: string): Buffer =>
  sequence(setOf(sequence(objectId('2.5.4.10'), utf8(organisation))), setOf(sequence(objectId('2.5.4.3'), utf8(commonName))));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(objectId(id), ...(critical ? [yes] : []), octets(value));

/** The identifier of a public key: SHA-1 of its bits (RFC 5280, 4.2.1.2). It names the key and secures nothing. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const info = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha1')
    .update(info.subarray(info.length - 65))
    .digest(); // the point of P-256: 04, x, y
}

interface Request {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  issuerPublicKey: KeyObject;
  issuerKey: KeyObject;
  now: number;
  extensions: readonly Buffer[];
}

function certificate({ subject, issuer, publicKey, issuerPublicKey, issuerKey, now, extensions }: Request): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and always 16 bytes
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(now - dayMs), time(now + validDays * dayMs)), // from a day ago: clocks differ
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(
      3,
      sequence(
        ...extensions,
        extension('2.5.29.14', false, octets(keyIdOf(publicKey))),
        extension('2.5.29.35', false, sequence(tagged(0x80, keyIdOf(issuerPublicKey)))),
      ),
    ),
  );
  const signature = sign('sha256', content, issuerKey);
  const der = sequence(content, ecdsaWithSha256, bits(signature));
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/**
 * Makes a key on P-256 and its certificate, signed by a root that is made for it alone. The key of the root is not kept, so nobody can issue a
 * second certificate under it. C2PA asks for a certificate that is no authority, may sign, and has the purpose of e-mail protection.
 *
 * @param now milliseconds since 1970
 */
export function newIdentity(now: number): NewIdentity {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const mark = keyIdOf(own.publicKey).toString('hex').slice(0, 8);
  const issuer = `ai-artist root ${mark}`;
  const by = { issuer, issuerKey: root.privateKey, issuerPublicKey: root.publicKey, now };
  const leaf = certificate({
    ...by,
    subject: `ai-artist home ${mark}`,
    publicKey: own.publicKey,
    extensions: [
      extension('2.5.29.19', true, sequence()), // basicConstraints: no authority
      extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)), // keyUsage: digitalSignature
      extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.4'))), // extendedKeyUsage: emailProtection
    ],
  });
  const authority = certificate({
    ...by,
    subject: issuer,
    publicKey: root.publicKey,
    extensions: [
      extension('2.5.29.19', true, sequence(yes)),
      extension('2.5.29.15', true, bits(Buffer.from([0x04]), 2)), // keyUsage: keyCertSign
    ],
  });
  return { pem: `${own.privateKey.export({ type: 'pkcs8', format: 'pem' })}${leaf}${authority}` };
}
