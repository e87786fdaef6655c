/** Several styles in one picture. */
import type { PromptFamily } from './families.ts';
import type { Style } from './styles.ts';

/** A requested style; its weight counts beside others. */
export interface WeightedStyle {
  name: string;
  /** Only the ratios of weights matter. */
  weight: number;
}

/** A style of a mixture. All shares add up to 1. */
export interface StyleShare {
  style: Style;
  share: number;
}

export function sharesOf(styles: readonly { style: Style; weight: number }[]): StyleShare[] {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  return styles.map(({ style, weight }) => ({ style, share: weight / total })).sort((a, b) => b.share - a.share);
}

const phraseOf = ({ name, phrase = name }: Style): string => phrase;

/** Weights in A1111's syntax work near 1, where the text encoder understands a word; this is the limit for the strongest word. */
const strongest = 1.5;

/**
 * The mixture in the words of a model's prompt. Text encoders like CLIP read weights: with n styles each gets n times its share, so equal
 * shares are 1. For others, the words name the main style.
 */
export function mixedPhrase(shares: readonly StyleShare[], family: PromptFamily): string {
  const [first, ...rest] = shares.map(({ style }) => phraseOf(style));
  if (first === undefined || rest.length === 0) return first ?? '';
  if (family === 'sentences') return `${first} mixed with ${rest.join(' and ')}`;
  return shares
    .map(({ style, share }) => `(${phraseOf(style)}:${Number(Math.min(strongest, share * shares.length).toFixed(2))})`)
    .join(', ');
}

/** The LoRAs of styles, each with its weight times its style's share. */
export function lorasOfStyles(shares: readonly StyleShare[]): { path: string; weight: number }[] {
  return shares.flatMap(({ style: { lora }, share }) =>
    lora === undefined ? [] : [{ path: lora.path, weight: Number((lora.weight * share).toFixed(4)) }],
  );
}
