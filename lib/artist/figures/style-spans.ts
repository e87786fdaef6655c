/** Style consistency, novelty and variety over time, from the embeddings of the works. */
import { seededRandom } from '../../core/index.ts';
import { type Interval, type MeasuredMean, measuredMean, styleConsistency, vendiScore } from '../../curation/index.ts';
import type { EvolutionSpan } from '../measure/evolution.ts';
import type { WorkFacts } from './work-facts.ts';

export interface StyleSpan {
  span: string;
  from: string;
  to: string;
  works: number;
  /** Works that were compared: at most 200, evenly spread over the span. */
  n: number;
  /** Mean cosine of all pairs, with the 95 % interval (bootstrap over works); from 3 works. */
  consistency: { mean: number; interval: Interval } | null;
  /** 1 - cosine with the nearest of the 300 works before; from 3 works. */
  novelty: MeasuredMean | null;
  /** Mean Vendi score of sets of `of` works drawn at random, and the middle 95 % of them. `of` is the same for all spans, so they can be compared. */
  vendi: { of: number; mean: number; interval: Interval } | null;
}

const mostCompared = 200;
/** Works before a work that it is compared with. */
const lookBack = 300;
/** Newest spans that are measured. */
const mostSpans = 36;
const draws = 40;
/** Largest set of a Vendi score. */
const largestSet = 32;
const fewest = 3;

export interface Placed {
  facts: WorkFacts;
  vector: Float32Array;
}

interface Span {
  name: string;
  works: Placed[];
  /** For each work: distance to the nearest before it. */
  novelties: number[];
}

/** Evenly spread over the list, so that the same list gives the same ones. */
function sampleOf<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)] as T);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** @param at index of the work in `all`, which is oldest first */
function noveltyAt(all: readonly Placed[], at: number): number | undefined {
  const own = all[at]?.vector;
  let nearest = Number.NEGATIVE_INFINITY;
  for (let before = Math.max(0, at - lookBack); own && before < at; before++)
    nearest = Math.max(nearest, cosine(own, all[before]?.vector ?? own));
  return nearest === Number.NEGATIVE_INFINITY ? undefined : 1 - nearest;
}

/** Mean Vendi score of random sets of equal size: that of all works of a span would grow with their number. */
function vendiOf(vectors: readonly Float32Array[], of: number): StyleSpan['vendi'] {
  if (of < 2 || vectors.length < of) return null;
  const random = seededRandom(of);
  const scores = Float64Array.from({ length: draws }, () => {
    const left = [...vectors];
    const set = Array.from({ length: of }, () => left.splice(Math.floor(random() * left.length), 1)[0] as Float32Array);
    return vendiScore(set);
  }).sort();
  const quantile = (share: number): number => scores[Math.round(share * (draws - 1))] ?? 0;
  return { of, mean: scores.reduce((sum, score) => sum + score, 0) / draws, interval: [quantile(0.025), quantile(0.975)] };
}

function measure({ name, works, novelties }: Span, setSize: number): StyleSpan {
  const sample = sampleOf(works, mostCompared).map(({ vector }) => vector);
  const style = sample.length < fewest ? undefined : styleConsistency(sample);
  return {
    span: name,
    from: works[0]?.facts.createdAt ?? '',
    to: works.at(-1)?.facts.createdAt ?? '',
    works: works.length,
    n: sample.length,
    consistency: style ? { mean: style.raw, interval: style.rawInterval } : null,
    novelty: novelties.length < fewest ? null : (measuredMean(novelties) ?? null),
    vendi: vendiOf(sample, setSize),
  };
}

/**
 * Measures the newest 36 weeks, months or periods, oldest first.
 *
 * @param works with unit vectors of one CLIP, in any order
 * @param from first day, `2027-01-31`, UTC: works before it are only compared with
 */
export function styleSpans(works: readonly Placed[], by: EvolutionSpan, from = ''): StyleSpan[] {
  const all = [...works].sort((a, b) => (a.facts.id < b.facts.id ? -1 : 1));
  const spans = new Map<string, Span>();
  for (const [at, one] of all.entries()) {
    if (one.facts.createdAt < from) continue;
    const name = one.facts.spans[by];
    const span = spans.get(name) ?? { name, works: [], novelties: [] };
    spans.set(name, span);
    span.works.push(one);
    const step = noveltyAt(all, at);
    if (step !== undefined) span.novelties.push(step);
  }
  const shown = [...spans.values()].slice(-mostSpans);
  // Half of the smallest span, so that its sets differ; spans of a few works have no score instead of spoiling it for all.
  const sizes = shown.map(({ works: own }) => Math.min(own.length, mostCompared)).filter((size) => size >= 2 * fewest);
  const setSize = sizes.length === 0 ? 0 : Math.min(largestSet, Math.floor(Math.min(...sizes) / 2));
  return shown.map((span) => measure(span, setSize));
}
