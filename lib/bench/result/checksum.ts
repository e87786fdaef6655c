import { createHash } from 'node:crypto';

/**
 * SHA-256 of a result as JSON, of its own order of fields, without the label, which people may change. It tells a file that was edited by mistake or cut
 * from one that was measured; it is no signature.
 */
export function checksumOf(result: object): string {
  const text = JSON.stringify({ ...result, label: undefined, checksum: undefined });
  return createHash('sha256').update(text).digest('hex');
}
