/** Which model to take first for a wish. */
import * as z from 'zod';
import { resolveOptions } from '../core/index.ts';
import type { Known } from './expected.ts';
import { knownOf, memoryHere, type Offer, offersOf } from './offers.ts';
import type { SpeedOptions } from './speed.ts';

export const wishes = ['photo', 'illustration', 'speed', 'small'] as const;
export type Wish = (typeof wishes)[number];

/**
 * Best first. A judgement, from what the makers say of their models, and not measured: each follows prompts better, and is larger, than those behind it.
 * Of the same size, those that were made for photographs or for drawings come first.
 */
const orders: Readonly<Record<'photo' | 'illustration', readonly string[]>> = {
  photo: [
    ...['qwen-image', 'z-image-turbo', 'flux-dev', 'sd35-large', 'flux2-klein', 'flux-schnell', 'chroma', 'sd35-medium'],
    ...['sdxl', 'sdxl-turbo', 'sd15', 'sd-turbo'],
  ],
  illustration: [
    ...['qwen-image', 'chroma', 'flux-dev', 'flux2-klein', 'sd35-large', 'flux-schnell', 'z-image-turbo', 'sd35-medium'],
    ...['sdxl', 'sdxl-turbo', 'sd15', 'sd-turbo'],
  ],
};

/** Longest time that a person waits for a picture unless they say otherwise, seconds. */
export const patience = 120;

export const adviceOptions = z.strictObject({
  /** Default: all. */
  wishes: z.array(z.enum(wishes)).min(1).optional(),
  /** Only models whose licence allows commercial use, if need be with conditions. Default false. */
  commercial: z.boolean().default(false),
  /** Longest time of a picture, seconds, above 0. Default `patience`. */
  seconds: z.number().gt(0).default(patience),
  /** Memory that the model may take, 10^9 bytes, above 0. Default: what can be used here. */
  memory: z.number().gt(0).optional(),
});
export type AdviceOptions = z.input<typeof adviceOptions>;

export interface Advice {
  wish: Wish;
  /** The one to take; undefined: no model fits into the memory. */
  first: Offer | undefined;
  /** Whether `first` takes longer than was asked for: nothing that fits is quicker. */
  isSlow: boolean;
  /** All that are allowed, in the order of the wish. */
  offers: readonly Offer[];
}

const secondsOf = ({ expected }: Offer): number => expected?.seconds ?? Number.POSITIVE_INFINITY;

function inOrder(wish: Wish, offers: readonly Offer[]): Offer[] {
  const sorted = [...offers];
  if (wish === 'speed') return sorted.sort((a, b) => secondsOf(a) - secondsOf(b) || a.memoryBytes - b.memoryBytes);
  if (wish === 'small') return sorted.sort((a, b) => a.memoryBytes - b.memoryBytes);
  const place = ({ alias }: Offer): number => orders[wish].indexOf(alias.name);
  return sorted.sort((a, b) => place(a) - place(b));
}

/** A gated one needs an account and accepted terms: it is first only if it is there already, or if nothing else fits. */
const isEasy = ({ alias, isInstalled }: Offer): boolean => isInstalled || !alias.gated;

/** The first of the order that fits into the memory and is quick enough; else the quickest that fits. */
export function adviceFor(wish: Wish, all: readonly Offer[], { commercial, seconds }: { commercial: boolean; seconds: number }): Advice {
  const allowed = all.filter(({ alias }) => !commercial || alias.licence.commercial !== 'no');
  const offers = inOrder(wish, allowed);
  const fitting = offers.filter(({ fits }) => fits);
  const ready = fitting.some(isEasy) ? fitting.filter(isEasy) : fitting;
  // Where nothing is known of the speed, memory alone decides.
  const quick = ready.find((offer) => offer.expected === undefined || secondsOf(offer) <= seconds);
  const first =
    quick ?? ready.reduce<Offer | undefined>((best, one) => (best && secondsOf(best) <= secondsOf(one) ? best : one), undefined);
  return { wish, first, isSlow: quick === undefined && first !== undefined, offers };
}

export interface Recommendation {
  /** Bytes that models may take. */
  memoryBytes: number;
  /** Longest time of a picture, seconds. */
  seconds: number;
  /** Undefined: the speed of this machine is not known. */
  known: Known | undefined;
  advice: Advice[];
}

/**
 * What to take first for each wish on this machine. The first call in a home measures the machine, which takes a few seconds.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_READ when the home cannot be read; the signal's reason
 */
export async function recommend(given: AdviceOptions, machine: SpeedOptions): Promise<Recommendation> {
  const { wishes: wanted = wishes, commercial, seconds, memory } = resolveOptions('recommend', adviceOptions, given);
  const memoryBytes = memory === undefined ? memoryHere() : memory * 1e9;
  const known = await knownOf(machine);
  const offers = await offersOf(machine.home, memoryBytes, known);
  return { memoryBytes, seconds, known, advice: wanted.map((wish) => adviceFor(wish, offers, { commercial, seconds })) };
}
