import type { LoadedConfig } from '../../lib/config/index.ts';
import { ArtistError, display } from '../../lib/core/index.ts';
import { Addresses } from '../../lib/federation/index.ts';

/** The address of the account that `serve` is in the Fediverse. @throws ArtistError ERR_CONFIG */
export function ownActor({ config: { federation } }: LoadedConfig): string {
  const { enabled, url, handle } = federation;
  if (enabled && url !== undefined) return new Addresses({ url, handle }).actor;
  throw new ArtistError(
    'ERR_CONFIG',
    `federation.${enabled ? 'url' : 'enabled'}: expected ${enabled ? 'the public address of the account' : 'true'}, got ${enabled ? 'none' : 'false'}. Set federation.enabled: true and federation.url in config.yaml`,
  );
}

/** The host of a server that is named as `spam.example` or by its address. @throws ArtistError ERR_INVALID_ARGUMENT */
export function serverHost(text: string): string {
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && url.host !== '' && !text.includes('@')) return url.host;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `server: expected a name such as spam.example, got ${display(text)}`);
}
