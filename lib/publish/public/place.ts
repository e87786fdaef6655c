import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isArtistError, writeFileAtomic } from '../../core/index.ts';
import { NetworkFailure } from '../networks/network-failure.ts';
import { Bucket, type PublicBucket } from './bucket.ts';

/** A folder whose files anybody can fetch: that of a web server, or one that is copied to a CDN. */
export interface PublicFolder {
  /** Absolute. */
  folder: string;
  /** Its address, https. */
  url: string;
}

/** Where networks that fetch pictures find them. */
export type PublicPlace = PublicFolder | PublicBucket;

/** A place as it is used. Every call fails with a NetworkFailure. */
export interface OpenPlace {
  /** Settings to check if a picture does not arrive. */
  settings: string;
  /** Returns the address. */
  put: (name: string, bytes: Uint8Array<ArrayBuffer>, type: string) => Promise<string>;
  /** Succeeds if it is already gone. */
  remove: (name: string) => Promise<void>;
}

export const openPlace = (place: PublicPlace): OpenPlace => ('folder' in place ? openFolder(place) : new Bucket(place));

function openFolder({ folder, url }: PublicFolder): OpenPlace {
  return {
    settings: 'publish.publicFolder and publish.publicUrl',
    put: async (name, bytes) => {
      try {
        await writeFileAtomic(join(folder, name), bytes);
      } catch (error) {
        if (!isArtistError(error)) throw error;
        throw new NetworkFailure({ code: 'ERR_NETWORK', message: error.message, retryable: true, unsure: false });
      }
      return `${url.replace(/\/$/, '')}/${name}`;
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
