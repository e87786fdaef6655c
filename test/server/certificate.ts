/** Certificates of servers that a test makes up, DER as in RFC 5280. */
import { generateKeyPairSync, sign } from 'node:crypto';

function der(tag: number, ...parts: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  const { length } = body;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Uint8Array.of(tag, ...size), body]);
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Uint8Array.of(0), bytes);
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const extension = (hex: string, value: Uint8Array): Buffer => sequence(oid(hex), der(0x04, value));
const pem = (body: Buffer): string => `-----BEGIN CERTIFICATE-----\n${body.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** A certificate that signs itself, for these DNS names, which may be any texts of Latin-1; and its key. */
export function certificateFor(names: readonly string[]): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, 'test'))));
  const body = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1)),
    ecdsaWithSha256,
    name,
    sequence(der(0x17, '200101000000Z'), der(0x17, '491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension('551d13', sequence(der(0x01, Uint8Array.of(255)))), // basic constraints: a CA
        extension('551d11', sequence(...names.map((each) => der(0x82, each)))), // subject alternative names
      ),
    ),
  );
  const cert = pem(sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey))));
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}
