/** Several styles in one picture. */
import type { PromptFamily } from './families.ts';
import type { Style } from './styles.ts';

/** A style that is asked for, beside others with its weight. */
export interface WeightedStyle {
  name: string;
  /** Only the ratios matter. */
  weight: number;
}

/** A style of a mixture. The shares of all are 1 together. */
export interface StyleShare {
  style: Style;
  share: number;
}

export function sharesOf(styles: readonly { style: Style; weight: number }[]): StyleShare[] {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  return styles.map(({ style, weight }) => ({ style, share: weight / total })).sort((a, b) => b.share - a.share);
}

const phraseOf = ({ name, phrase = name }: Style): string => phrase;

/** Weights of A1111 lie around 1, where the text encoder knows what a word means: the strongest word gets at most this. */
const strongest = 1.5;

/**
 * The mixture in the words of a model's prompt. Text encoders of CLIP's kind read weights: with n styles each gets n times its share, so that equal shares
 * are 1; the others are told which is the main one.
 */
export function mixedPhrase(shares: readonly StyleShare[], family: PromptFamily): string {
  const [first, ...rest] = shares.map(({ style }) => phraseOf(style));
  if (first === undefined || rest.length === 0) return first ?? '';
  if (family === 'sentences') return `${first} mixed with ${rest.join(' and ')}`;
  return shares
    .map(({ style, share }) => `(${phraseOf(style)}:${Number(Math.min(strongest, share * shares.length).toFixed(2))})`)
    .join(', ');
}

/** LoRAs that styles bring with them, each weakened to its style's share. */
export function lorasOfStyles(shares: readonly StyleShare[]): { path: string; weight: number }[] {
  return shares.flatMap(({ style: { lora }, share }) =>
    lora === undefined ? [] : [{ path: lora.path, weight: Number((lora.weight * share).toFixed(4)) }],
  );
}
