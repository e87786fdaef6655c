/** The picture of a work: small at once, then whole, each decoded before it is shown. */
import { effect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, send } from '../api/client.ts';
import type { Columns } from '../api/columns.ts';
import { pictureOf, rowOf, thumbnailOf, type WorkRow } from '../api/works.ts';

/** Pictures not larger than this are loaded whole at once: a smaller one would save nothing. */
const smallEdge = 640;
/** Works before and after the shown one whose pictures are loaded. */
const neighbours = 2;
const mostKept = 12;

/** Decoded pictures that were shown or may be next. The browser shows them without a wait. */
const kept = new Map<string, Promise<HTMLImageElement>>();

function decoded(address: string): Promise<HTMLImageElement> {
  const known = kept.get(address);
  const picture =
    known ??
    (async () => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image;
    })();
  kept.delete(address);
  kept.set(address, picture);
  picture.catch(() => kept.delete(address));
  for (const [old] of kept) {
    if (kept.size <= mostKept) break;
    kept.delete(old);
  }
  return picture;
}

const isSmall = ({ width, height }: WorkRow): boolean => Math.max(width, height) <= smallEdge;
const firstOf = (row: WorkRow): string => (isSmall(row) ? pictureOf(row) : thumbnailOf(row, 1280));

export interface ShownPicture {
  address: string | undefined;
  /** The picture itself, not a smaller one. */
  isWhole: boolean;
  /** Why it cannot be shown. */
  problem: ApiError | undefined;
}

const nothing: ShownPicture = { address: undefined, isWhole: false, problem: undefined };

/** What the server says about a picture that the browser could not show. */
async function problemOf({ id }: WorkRow): Promise<ApiError> {
  try {
    const { body } = await send(`works/${id}/image`);
    await body?.cancel();
    return new ApiError('ERR_IMAGE_DECODE', '', 200, undefined);
  } catch (error) {
    return error as ApiError;
  }
}

/** @param attempt another number loads it again */
export function usePicture(row: WorkRow | undefined, attempt = 0): ShownPicture {
  const [shown, setShown] = useState<ShownPicture & { of?: string }>(nothing);
  const key = row && `${row.id} ${row.version} ${attempt}`;
  useEffect(() => {
    if (!row) return;
    let isOver = false;
    const show = (address: string, isWhole: boolean): void => {
      if (!isOver) setShown({ address, isWhole, problem: undefined, of: key ?? '' });
    };
    const whole = pictureOf(row);
    const load = async (): Promise<void> => {
      const first = firstOf(row);
      // A thumbnail that cannot be made says nothing yet about the picture.
      const hasFirst = await decoded(first).then(
        () => true,
        () => false,
      );
      if (hasFirst) show(first, first === whole);
      if (first === whole && hasFirst) return;
      try {
        await decoded(whole);
        show(whole, true);
      } catch {
        const problem = await problemOf(row);
        if (!isOver) setShown({ address: hasFirst ? first : undefined, isWhole: false, problem, of: key ?? '' });
      }
    };
    load();
    return () => {
      isOver = true;
    };
  }, [key]);
  return shown.of === key ? shown : nothing;
}

/** Loads the pictures of the works beside one, the nearest first. */
export function usePreloadAround(columns: Columns | undefined, index: number): void {
  useEffect(() => {
    if (!columns || index < 0) return;
    const stops: (() => void)[] = [];
    for (const step of Array.from({ length: neighbours }, (_, at) => at + 1).flatMap((far) => [far, -far])) {
      const other = index + step;
      if (other < 0 || other >= columns.count) continue;
      const row = rowOf(columns.idAt(other));
      stops.push(
        effect(() => {
          // A picture that is gone is said when its work is opened.
          if (row.value) decoded(firstOf(row.value)).catch(() => undefined);
        }),
      );
    }
    return () => {
      for (const stop of stops) stop();
    };
  }, [columns, index]);
}
