import * as z from 'zod';
import { answering } from '../core/index.ts';
import { armOf, type Observation } from './bandit.ts';
import { derivationSchema } from './derivation.ts';

/** The fields of a work that matter here; every sidecar of the gallery has them. */
export interface WorkOutcome {
  id: string;
  rating?: number | undefined;
  star?: boolean | undefined;
  trashedAt?: string | undefined;
  derivation?: Record<string, unknown> | undefined;
  curation?: Record<string, unknown> | undefined;
}

/** The part of a ledger that is used. */
const ledgerPart = z.looseObject({
  model: z.string().optional(),
  winner: z.int().min(0).nullable(),
  candidates: z.array(
    z.looseObject({ terms: z.looseObject({ promptAlign: z.number().nullish() }).optional(), faults: z.array(z.unknown()) }),
  ),
});

/** Weight of a curation verdict; a rating has weight 1. */
const weights = { rating: 1, trashed: 0.5, curation: 0.25 } as const;
/** Works scored by one CLIP before its scores are used. */
const fewest = 8;

interface Judged {
  /** Share of the candidates that passed the gates. */
  passed: number;
  model: string;
  align: number | undefined;
}

function judge(curation: Record<string, unknown> | undefined): Judged | undefined {
  const ledger = ledgerPart.safeParse(curation);
  if (!ledger.success || ledger.data.candidates.length === 0) return undefined;
  const { candidates, winner, model = '' } = ledger.data;
  const passed = candidates.filter(({ faults }) => faults.length === 0).length / candidates.length;
  const align = winner === null ? undefined : (candidates[winner]?.terms?.promptAlign ?? undefined);
  return { passed, model, align };
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

/**
 * The reward of each work that has a derivation, for observeWorks(). A rating 1..5 gives (rating - 1) / 4; a star without a rating gives 1;
 * a work in the trash gives 0 with weight 1/2. Otherwise the curation counts with weight 1/4: the share of candidates that passed the
 * gates, times 1/2 + z/10, where z is the prompt score among the scores of one CLIP (0 if there are fewer than 8 of them).
 */
export const outcomesOf = answering('outcomesOf', (works: readonly WorkOutcome[]): Observation[] => {
  const judged = new Map(works.map((work) => [work.id, judge(work.curation)]));
  const scores = new Map<string, number[]>();
  for (const each of judged.values())
    if (each?.align !== undefined) scores.set(each.model, [...(scores.get(each.model) ?? []), each.align]);
  const spreads = new Map(
    [...scores]
      .filter(([, values]) => values.length >= fewest)
      .map(([model, values]): [string, ReturnType<typeof spread>] => [model, spread(values)]),
  );
  return works.flatMap((work): Observation[] => {
    const derivation = derivationSchema.safeParse(work.derivation);
    if (!derivation.success || derivation.data.style === undefined) return [];
    const { family, style, styles, modifiers = {} } = derivation.data;
    // A mixture tells little about each of its styles.
    const own = styles === undefined ? [armOf(family, 'style', style)] : [];
    const arms = [...own, ...Object.entries(modifiers).map(([group, name]) => armOf(family, group, name))];
    const of = (reward: number, weight: number): Observation[] => [{ id: work.id, arms, reward, weight }];
    if (work.rating !== undefined) return of((work.rating - 1) / 4, weights.rating);
    if (work.star) return of(1, weights.rating);
    if (work.trashedAt !== undefined) return of(0, weights.trashed);
    const curation = judged.get(work.id);
    if (!curation) return [];
    const norm = spreads.get(curation.model);
    const z = norm && norm.deviation > 0 && curation.align !== undefined ? (curation.align - norm.mean) / norm.deviation : 0;
    return of(curation.passed * Math.min(1, Math.max(0, 0.5 + z / 10)), weights.curation);
  });
});

/** Chosen subjects, in the order of the works. */
export function subjectsOfWorks(works: readonly WorkOutcome[]): string[] {
  return works.flatMap(({ derivation }) => {
    const subject = derivation?.['subject'];
    return typeof subject === 'string' ? [subject] : [];
  });
}
