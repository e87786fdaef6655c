/** Pictures that are decoded before they are shown, so that none appears in pieces. */
import { useEffect, useState } from 'preact/hooks';
import { rowOf, thumbnailOf, type WorkRow } from '../api/works.ts';

const most = 12;
const known = new Map<string, { image: HTMLImageElement; ready: Promise<boolean>; isReady: boolean }>();

/** @returns whether the picture is there */
export function decoded(address: string): Promise<boolean> {
  const found = known.get(address);
  if (found) {
    known.delete(address);
    known.set(address, found);
    return found.ready;
  }
  const image = new Image();
  image.src = address;
  const entry = { image, isReady: false, ready: Promise.resolve(false) };
  entry.ready = image.decode().then(
    () => {
      entry.isReady = true;
      return true;
    },
    () => {
      // It is asked for again, as after a connection that was lost.
      known.delete(address);
      return false;
    },
  );
  known.set(address, entry);
  for (const [old] of known) {
    if (known.size <= most) break;
    known.delete(old);
  }
  return entry.ready;
}

/** The picture that screens are filled with. */
export const largeOf = (row: WorkRow): string => thumbnailOf(row, 1280);

export type PictureState = 'loading' | 'shown' | 'lost';

export function usePicture(address: string | undefined): PictureState {
  const isThere = address !== undefined && known.get(address)?.isReady === true;
  const [done, setDone] = useState<{ address: string; isGood: boolean } | undefined>(undefined);
  useEffect(() => {
    if (address === undefined) return;
    let isOn = true;
    decoded(address).then((isGood) => isOn && setDone({ address, isGood }));
    return () => {
      isOn = false;
    };
  }, [address]);
  if (isThere) return 'shown';
  if (done === undefined || done.address !== address) return 'loading';
  return done.isGood ? 'shown' : 'lost';
}

/** Reads the pictures of works that are likely to be next. */
export function preload(ids: readonly string[]): void {
  for (const id of ids) {
    const row = rowOf(id);
    if (row.value) decoded(largeOf(row.value));
    else {
      const stop = row.subscribe((value) => {
        if (!value) return;
        decoded(largeOf(value));
        queueMicrotask(() => stop());
      });
    }
  }
}
