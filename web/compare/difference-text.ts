import { numberText, t } from '../texts/text.ts';
import { type Compared, isUnseen } from './pixels.ts';

/** What a comparison found, in words. */
export function differenceText({ difference, a, b, isScaled }: Compared): string {
  const sizes = { a: `${a.width} × ${a.height}`, b: `${b.width} × ${b.height}` };
  if (!difference) return t('compare.otherShape', sizes);
  const { exact, differing, largest, psnr } = difference;
  const found = exact
    ? t('compare.equal')
    : t(isUnseen(difference) ? 'compare.differUnseen' : 'compare.differ', {
        share: numberText(differing * 100, 2),
        largest,
        psnr: numberText(psnr ?? 0, 1),
      });
  return isScaled ? `${t('compare.scaled', sizes)} ${found}` : found;
}
