import { createHash } from 'node:crypto';
import { createIds } from '../../../lib/core/index.ts';
import type { Credentials } from '../../../lib/publish/networks/credentials.ts';
import type { Derivative, PostContent, PostOrder } from '../../../lib/publish/networks/publisher.ts';

const nextId = createIds();
const onePixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** A picture of one pixel; `padding` bytes follow it. */
export function pictureOf(padding = 0): Derivative {
  const bytes = Uint8Array.from(Buffer.concat([onePixel, Buffer.alloc(padding)]));
  return { bytes, type: 'image/png', width: 1, height: 1, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const contentOf = (changes: Partial<PostContent> = {}): PostContent => ({
  text: 'First light #AIart',
  altText: 'A lighthouse at dawn',
  language: 'en',
  sensitive: false,
  visibility: 'public',
  madeWithAi: true,
  ...changes,
});

/** An order of its own id. */
export const orderOf = (content: Partial<PostContent> = {}, changes: Partial<PostOrder> = {}): PostOrder => ({
  id: nextId(),
  work: nextId(),
  content: contentOf(content),
  picture: pictureOf(),
  armedAt: Date.now(),
  ...changes,
});

/** Secrets in memory, renewed by one at a time as the stored ones are. Secrets that several clients share are those of one account. */
export function secretsOf<T>(first: T): Credentials<T> & { current: () => T; renewals: () => number } {
  let current = first;
  let renewals = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: async () => current,
    renew: (change) => {
      const next = last.then(async () => {
        const before = current;
        current = await change(current);
        if (current !== before) renewals++;
        return current;
      });
      last = next.catch(() => undefined);
      return next;
    },
    current: () => current,
    renewals: () => renewals,
  };
}
