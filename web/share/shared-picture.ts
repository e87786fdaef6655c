import type { ShownWork } from '../../lib/server/shares/shown-works.ts';
import { addressOf } from '../api/client.ts';

/** Address of the picture of a work behind a link. */
export const sharedPicture = (secret: string, { id, version }: ShownWork, width: number): string =>
  addressOf(`shared/${secret}/works/${id}/picture`, { width, v: version });
