import { resolve } from 'node:path';
import { ArtistError, display, type SecretPlace } from '../../../lib/core/index.ts';
import { type NetworkName, serverAddress, serverOf } from '../../../lib/publish/index.ts';

/** `NAME=env:VARIABLE` or `NAME=file:PATH`. @throws ArtistError ERR_INVALID_ARGUMENT */
export function readSecretPlace(value: string, name: string): [string, SecretPlace] {
  const [, secret, kind, place] = /^([A-Za-z]+)=(env|file):(.+)$/.exec(value) ?? [];
  if (secret === undefined || place === undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${name}: expected NAME=env:VARIABLE or NAME=file:PATH, got ${display(value.replace(/=.*/s, '=…'))}`,
    );
  return [secret, kind === 'env' ? { env: place } : { file: resolve(place) }];
}

/** The address of a network's server, without a path; https:// may be left out. Of a folder its path. @throws ArtistError ERR_INVALID_ARGUMENT */
export function addressOf(network: NetworkName, server: string | undefined): string {
  if (network === 'folder' && server !== undefined) return resolve(server);
  const given = server ?? serverOf(network);
  if (given !== undefined) return serverAddress(/^[a-z][a-z+.-]*:\/\//i.test(given) ? given : `https://${given}`).origin;
  const wanted = network === 'folder' ? 'the folder, such as ~/posts' : 'the address of the server, such as https://example.social';
  throw new ArtistError('ERR_INVALID_ARGUMENT', `server: expected ${wanted}, got none`);
}
