/** Numbers as the figures say them. */
import { numberText, t } from '../texts/text.ts';

export const wholeText = (value: number): string => numberText(value, value > 0 && value < 10 ? 1 : 0);
export const secondsText = (value: number): string => t('figures.seconds', { value: numberText(value, value < 10 ? 1 : 0) });
export const percentText = (share: number): string => `${numberText(100 * share, share > 0 && share < 0.1 ? 1 : 0)} %`;
/** With its sign. */
export const signedText = (value: number, digits = 2): string => numberText(value, digits, { isFixed: true, isSigned: true });
export const intervalText = ([low, high]: readonly [number, number], text: (value: number) => string): string =>
  t('common.interval', { low: text(low), high: text(high) });
