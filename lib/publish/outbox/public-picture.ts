import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isArtistError, systemCode, writeFileAtomic } from '../../core/index.ts';
import { NetworkFailure } from '../networks/network-failure.ts';
import type { Post } from './post.ts';

/** A folder whose files anybody can fetch: that of a web server, or one that is copied to a CDN. */
export interface PublicPlace {
  /** Absolute. */
  folder: string;
  /** Its address, https. */
  url: string;
}

const fetchMs = 30_000;

const failure = (message: string, retryable: boolean): NetworkFailure =>
  new NetworkFailure({ code: retryable ? 'ERR_NETWORK' : 'ERR_CONFIG', message, retryable, unsure: false });

const fileOf = ({ id, picture }: Post): string => `${id}.${picture.file.split('.').at(-1) ?? ''}`;

/**
 * Puts the picture of a post where the network can fetch it, and fetches it once to see that it is there. Returns its address.
 *
 * @throws NetworkFailure
 */
export async function putPublicPicture(post: Post, bytes: Uint8Array, place: PublicPlace | undefined): Promise<string> {
  if (!place)
    throw failure(
      `${post.network}: expected a place where it can fetch the picture, got none. Set publish.publicFolder and publish.publicUrl`,
      false,
    );
  const name = fileOf(post);
  try {
    await writeFileAtomic(join(place.folder, name), bytes);
  } catch (error) {
    throw isArtistError(error) ? failure(error.message, true) : error;
  }
  const address = `${place.url.replace(/\/$/, '')}/${name}`;
  await check(address, post.picture.sha256);
  return address;
}

async function check(address: string, sha256: string): Promise<void> {
  let got: string;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(fetchMs) });
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.ok && createHash('sha256').update(body).digest('hex') === sha256) return;
    got = response.ok ? 'another file' : String(response.status);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    got = systemCode(cause) ?? (error instanceof Error ? error.name : String(error));
  }
  // A copy to a CDN may be on its way.
  throw failure(`${address}: expected the picture, got ${got}. Check publish.publicFolder and publish.publicUrl`, true);
}

/** Removes the public copy; the network has its own. */
export async function removePublicPicture(post: Post, place: PublicPlace | undefined): Promise<void> {
  if (place) await rm(join(place.folder, fileOf(post)), { force: true });
}
