import type sharp from 'sharp';
import { ArtistError } from '../core/index.ts';

let loading: Promise<typeof sharp> | undefined;

/**
 * sharp, imported at the first use: it maps 18 MB of native code, which programs without files do not need.
 *
 * @throws ArtistError ERR_UNSUPPORTED: sharp has no binary for this machine
 */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp').then(
    (module) => module.default,
    (cause: unknown) => {
      loading = undefined;
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        'sharp: expected a working copy of the package, got an error while loading it. Run: npm install --include=optional sharp',
        { cause },
      );
    },
  );
  return loading;
}
