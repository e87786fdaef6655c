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

/** This home's own server, which shows the pictures of a post while it is sent. */
export interface PublicServer {
  /** Address that `/NAME` is added to. */
  served: string;
}

/** Where networks that fetch pictures find them. */
export type PublicPlace = PublicFolder | PublicBucket | PublicServer;

/** A place as it is used. Every call fails with a NetworkFailure. */
export interface OpenPlace {
  /** Settings to check if a picture does not arrive. */
  settings: string;
  /** Returns the address. */
  put: (name: string, bytes: Uint8Array<ArrayBuffer>, type: string) => Promise<string>;
  /** Succeeds if it is already gone. */
  remove: (name: string) => Promise<void>;
}

export function openPlace(place: PublicPlace): OpenPlace {
  if ('folder' in place) return openFolder(place);
  return 'served' in place ? openServer(place) : new Bucket(place);
}

const openServer = ({ served }: PublicServer): OpenPlace => ({
  settings: 'server.publicUrl, and that ai-artist serve answers there',
  put: async (name) => `${served}/${name}`,
  remove: async () => undefined,
});

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
