import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { decoded } from '../../review/decoded.ts';
import { t } from '../../texts/text.ts';
import type { ShownPicture } from '../load-picture.ts';

/**
 * A picture that has an address and no more, of a link or an exported site: the small one that the list already has, then the whole one.
 *
 * @param attempt another number loads it again
 */
export function useLoaded(small: string | undefined, whole: string | undefined, attempt = 0): ShownPicture {
  const [loaded, setLoaded] = useState<{ of: string; isThere: boolean } | undefined>(undefined);
  useEffect(() => {
    if (whole === undefined) return;
    let isOver = false;
    decoded(whole).then((isThere) => {
      if (!isOver) setLoaded({ of: whole, isThere });
    });
    return () => {
      isOver = true;
    };
  }, [whole, attempt]);
  if (loaded === undefined || loaded.of !== whole) return { address: small, isWhole: false, problem: undefined };
  if (loaded.isThere) return { address: whole, isWhole: true, problem: undefined };
  return { address: small, isWhole: false, problem: new ApiError('ERR_IMAGE_DECODE', t('share.pictureLost'), 0, undefined) };
}
