/** A COSE_Sign1 (RFC 9052) with the certificates in its protected header (RFC 9360), as C2PA wants it. */
import type { Identity, SigningAlgorithm } from '../identity/identity.ts';

const coseAlgorithm: Record<SigningAlgorithm, number> = { es256: -7, es384: -35, ps256: -37, ed25519: -8 };

/** The head of a CBOR item: major type and a number below 2^32. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value]);
  if (value < 0x1_0000) return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
  const wide = Buffer.alloc(5, (major << 5) | 26);
  wide.writeUInt32BE(value, 1);
  return wide;
}

const bytes = (content: Uint8Array): Buffer => Buffer.concat([head(2, content.length), content]);
const text = (content: string): Buffer => Buffer.concat([head(3, content.length), Buffer.from(content, 'latin1')]);
const negative = (value: number): Buffer => head(1, -1 - value);

const labels = { algorithm: 1, certificates: 33 };
const nothing = Buffer.from([0xf6]);
/** Writers that change the length of a signature later use this field; ours never do. */
const padding = Buffer.concat([head(5, 1), text('pad'), bytes(Buffer.alloc(8))]);

/** Returns the signature over a claim as a complete, tagged COSE_Sign1. Its length depends on the key and the certificates alone. */
export function coseSign1({ algorithm, chain, sign }: Identity, claim: Uint8Array): Buffer {
  const certificates = chain.map(({ raw }) => bytes(raw));
  const header = Buffer.concat([
    head(5, 2),
    head(0, labels.algorithm),
    negative(coseAlgorithm[algorithm]),
    head(0, labels.certificates),
    ...(certificates.length === 1 ? certificates : [head(4, certificates.length), ...certificates]),
  ]);
  const signed = Buffer.concat([head(4, 4), text('Signature1'), bytes(header), bytes(Buffer.alloc(0)), bytes(claim)]);
  return Buffer.concat([head(6, 18), head(4, 4), bytes(header), padding, nothing, bytes(sign(signed))]);
}
