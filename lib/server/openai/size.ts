import { ArtistError, display } from '../../core/index.ts';
import { fitSize, largestShare, maxEdge, maxPixels } from '../../engine/index.ts';
import type { ModelFacts } from '../models/facts.ts';

export interface Size {
  width: number;
  height: number;
}

export const sizeText = ({ width, height }: Size): string => `${width}x${height}`;

function read(text: string): Size {
  const [, width, height] = /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*$/i.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (width === undefined || Math.min(size.width, size.height) < 1)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `size: expected auto or WIDTHxHEIGHT such as 512x512, got ${display(text)}`);
  if (Math.max(size.width, size.height) > maxEdge || size.width * size.height > maxPixels)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `size: expected edges up to ${maxEdge} pixels and ${maxPixels} pixels in all, got ${sizeText(size)}`,
    );
  return size;
}

/**
 * The size to paint. Edges go to the nearest multiple that the model takes. Most clients ask for 1024x1024 whatever the model; at a size far above
 * that of its training a model repeats its subject and takes minutes, so it paints that shape at its own area then.
 *
 * @returns undefined for `auto`: the model's own, or the shape of the given picture
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function paintedSize(text: string | null | undefined, { trained, multiple }: ModelFacts): Size | undefined {
  if (text === undefined || text === null || /^(?:auto)?$/i.test(text.trim())) return undefined;
  const asked = read(text);
  if (trained !== undefined && (asked.width > trained.width * largestShare || asked.height > trained.height * largestShare))
    return fitSize(asked, trained, multiple);
  const near = (edge: number): number => Math.max(multiple, Math.round(edge / multiple) * multiple);
  return { width: near(asked.width), height: near(asked.height) };
}
