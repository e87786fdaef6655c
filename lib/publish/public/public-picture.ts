import { createHash } from 'node:crypto';
import { systemCode } from '../../core/index.ts';
import { proxiedFetch } from '../../models/index.ts';
import { NetworkFailure } from '../networks/network-failure.ts';
import type { Derivative } from '../networks/publisher.ts';
import { openPlace, type PublicPlace } from './place.ts';

const fetchMs = 30_000;

/** A picture of a post, and its name in the place. */
export interface PublicPicture {
  name: string;
  picture: Pick<Derivative, 'bytes' | 'type' | 'sha256'>;
}

const failure = (message: string, retryable: boolean): NetworkFailure =>
  new NetworkFailure({ code: retryable ? 'ERR_NETWORK' : 'ERR_CONFIG', message, retryable, unsure: false });

/** A network fetches pictures by itself, and no place for them is set. */
export const noPlace = (network: string): string =>
  `${network}: expected a place where it can fetch the picture, got none. Set publish.publicFolder and publish.publicUrl, publish.publicBucket, or server.publicUrl and run ai-artist serve`;

/**
 * Puts a picture where the network can fetch it, and fetches it once to see that it is there. Returns its address.
 *
 * @throws NetworkFailure
 */
export async function putPublicPicture({ name, picture }: PublicPicture, network: string, place: PublicPlace | undefined): Promise<string> {
  if (!place) throw failure(noPlace(network), false);
  const opened = openPlace(place);
  const address = await opened.put(name, picture.bytes, picture.type);
  await check(address, picture.sha256, opened.settings);
  return address;
}

async function check(address: string, sha256: string, settings: string): Promise<void> {
  let got: string;
  try {
    const response = await proxiedFetch(new URL(address), { signal: AbortSignal.timeout(fetchMs) });
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.ok && createHash('sha256').update(body).digest('hex') === sha256) return;
    got = response.ok ? 'another file' : String(response.status);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    got = systemCode(cause) ?? (error instanceof Error ? error.name : String(error));
  }
  // A copy to a CDN may be on its way. What signs an address is not shown.
  throw failure(`${address.replace(/\?.*/s, '')}: expected the picture, got ${got}. Check ${settings}`, true);
}

/** Removes a public copy; the network has its own. @throws NetworkFailure */
export async function removePublicPicture(name: string, place: PublicPlace | undefined): Promise<void> {
  if (place) await openPlace(place).remove(name);
}
