/** Whether a configuration belongs to the weights beside it: what both say of the image tower must agree. */
import { ArtistError } from '../../core/index.ts';
import type { ClipDescription, ImageNetwork } from './description.ts';

/**
 * @param network of the weights; undefined if only the engine reads their names
 * @throws ArtistError ERR_MODEL_FORMAT
 */
export function checkNetwork({ path, tower }: ClipDescription, network: ImageNetwork | undefined): void {
  if (network === undefined || tower?.network === undefined || tower.network === network) return;
  const [expected, got] =
    network === 'resnet'
      ? ['a list of four numbers, as the weights are of a ResNet', 'a number']
      : ['a number, as the weights are of a transformer', 'a list'];
  throw new ArtistError('ERR_MODEL_FORMAT', `${path}: layers of vision_cfg: expected ${expected}, got ${got}. It belongs to another model`);
}

/**
 * @param edge of the tower, pixels
 * @param patch pixels between two places of its grid: a picture may be larger by less than one, which no place sees
 * @throws ArtistError ERR_MODEL_FORMAT
 */
export function checkEdge({ path, tower }: ClipDescription, { edge, patch }: { edge: number; patch: number }): void {
  const stated = tower?.edge;
  if (stated === undefined || Math.floor(stated / patch) * patch === edge) return;
  throw new ArtistError(
    'ERR_MODEL_FORMAT',
    `${path}: image_size: expected ${edge}, as the image tower has, got ${stated}. It belongs to another model`,
  );
}
