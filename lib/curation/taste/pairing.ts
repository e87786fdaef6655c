import { ArtistError, answering } from '../../core/index.ts';
import { unit } from '../numbers/vectors.ts';
import { type TasteHead, tasteScore } from './taste.ts';

/** A work that may take part in a duel. */
export interface Duellist {
  id: string;
  embedding: Float32Array;
}

export interface Pairing {
  first: Duellist;
  second: Duellist;
  /** Probability by the current taste that the first is preferred, 0..1; 0.5 if there is no taste yet. */
  expected: number;
}

/** Pairs are searched among this many works, the first of the list: 200 give 20,000 pairs. */
const mostWorks = 200;

/**
 * The most informative pair for a duel: the one with the largest p (1 - p) |a - b|², its contribution to the curvature of the Bradley–Terry
 * likelihood. Similar works and predictable outcomes teach little. Pairs of earlier duels come last.
 *
 * @param works newest first
 * @param fought pairs of ids, in any order
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than two works
 */
export const instructivePair = answering(
  'instructivePair',
  (works: readonly Duellist[], head: TasteHead | undefined, fought: readonly (readonly [string, string])[] = []): Pairing => {
    const field = works.slice(0, mostWorks).flatMap((work) => {
      const direction = unit(work.embedding);
      return direction ? [{ work, direction, score: head ? tasteScore(head, work.embedding) : 0 }] : [];
    });
    const known = new Set(fought.map(([a, b]) => [a, b].sort().join()));
    let best: (Pairing & { worth: number }) | undefined;
    for (const [index, a] of field.entries())
      for (const b of field.slice(index + 1)) {
        // Ratings are 1 to 5, so their differences can also serve as log odds.
        const expected = 1 / (1 + Math.exp(b.score - a.score));
        const distance = a.direction.reduce((sum, value, at) => sum + (value - (b.direction[at] ?? 0)) ** 2, 0);
        const worth = expected * (1 - expected) * distance * (known.has([a.work.id, b.work.id].sort().join()) ? 1e-6 : 1);
        if (!best || worth > best.worth) best = { first: a.work, second: b.work, expected, worth };
      }
    if (!best)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `works: expected at least 2 with an embedding, got ${field.length}. Paint some with ai-artist create`,
      );
    return { first: best.first, second: best.second, expected: best.expected };
  },
);
