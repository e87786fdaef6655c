import type { FederationSettings } from '../../config/index.ts';
import { ArtistError, type Clock, type Home } from '../../core/index.ts';
import { Federation } from '../../federation/index.ts';

/**
 * The account of a home, if the settings switch it on.
 *
 * @param allowPrivate for tests: it may speak with servers on this machine
 * @throws ArtistError ERR_CONFIG: no address is set, or another than before; ERR_UNSUPPORTED: the package is not installed; ERR_DAMAGED, ERR_READ, ERR_WRITE
 */
export async function openFederation(
  { enabled, url, handle, name, summary }: FederationSettings,
  parts: { home: Home; readOnly: string | undefined; allowPrivate: boolean; clock: Clock; warn: (line: string) => void },
): Promise<Federation | undefined> {
  if (!enabled) return undefined;
  const { readOnly, ...rest } = parts;
  if (readOnly !== undefined) {
    parts.warn(`federation: the account in the Fediverse is off, because the home can only be read (${readOnly})`);
    return undefined;
  }
  if (url === undefined)
    throw new ArtistError(
      'ERR_CONFIG',
      'federation.url: expected the public address of the account, such as https://art.example.org, got none. Set it, or federation.enabled: false',
    );
  return Federation.open({ url, handle, name, summary, ...rest });
}
