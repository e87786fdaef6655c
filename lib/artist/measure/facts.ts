/** Measurements of a set of works. A field that cannot be measured is absent. */
import { type Interval, ledgerOf, type MeasuredMean, measuredMean, novelty, styleConsistency, vendiScore } from '../../curation/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { EmbeddedWork } from './embedded-works.ts';

export interface Share {
  name: string;
  works: number;
  /** Share of all works, 0..1. */
  share: number;
}

export interface Facts {
  works: number;
  /** CLIP model that embedded them. */
  scorer: string;
  /** Cosine of picture and prompt over the works that were scored when they were kept. */
  score?: MeasuredMean;
  /** Mean rating (1..5) of the rated works. */
  rating?: MeasuredMean;
  /** Mean cosine of all pairs; from 3 works. */
  consistency?: { n: number; mean: number; interval: Interval; crossSubject?: number };
  /** 1 - cosine with the nearest earlier work; from 2 works. */
  novelty?: MeasuredMean;
  /** Vendi score: the effective number of different pictures; from 1 work. */
  vendi?: number;
  styles: Share[];
  topics: Share[];
  starred: number;
}

/** Names with the number of works that have them, most frequent first. */
function sharesOf(works: readonly Artwork[], nameOf: (work: Artwork) => unknown): Share[] {
  const counts = new Map<string, number>();
  for (const work of works) {
    const name = nameOf(work);
    if (typeof name === 'string') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, works: count, share: count / works.length }))
    .sort((a, b) => b.works - a.works || (a.name < b.name ? -1 : 1));
}

/** Cosine of picture and prompt that this CLIP measured when the work was kept; undefined: it did not score the work. */
export function scoreOf(work: Artwork, model: string): number | undefined {
  const ledger = ledgerOf(work);
  if (!ledger || ledger.model !== model || ledger.winner === null) return undefined;
  return ledger.candidates[ledger.winner]?.terms.promptAlign ?? undefined;
}

/** The subject of a work, for cross-subject consistency. */
export const subjectOf = ({ derivation, recipe, id }: Artwork): string =>
  typeof derivation?.['subject'] === 'string' ? derivation['subject'] : (recipe?.prompt ?? id);

/** Measures a set of works. @param works in any order; novelty uses their age */
export function measureWorks(works: readonly EmbeddedWork[], scorer: string): Facts {
  const oldestFirst = [...works].sort((a, b) => (a.work.id < b.work.id ? -1 : 1));
  const embeddings = oldestFirst.map(({ embedding }) => embedding);
  const all = oldestFirst.map(({ work }) => work);
  const subjects = all.map(subjectOf);
  const style = embeddings.length < 3 ? undefined : styleConsistency(embeddings, new Set(subjects).size > 1 ? { subjects } : {});
  const steps = embeddings.flatMap((embedding, index) => novelty(embedding, embeddings.slice(0, index))?.nearest ?? []);
  const score = measuredMean(all.flatMap((work) => scoreOf(work, scorer) ?? []));
  const rating = measuredMean(all.flatMap((work) => work.rating ?? []));
  const nearest = measuredMean(steps);
  return {
    works: all.length,
    scorer,
    ...(score && { score }),
    ...(rating && { rating }),
    ...(style && {
      consistency: {
        n: style.n,
        mean: style.raw,
        interval: style.rawInterval,
        ...(style.crossSubject !== undefined && { crossSubject: style.crossSubject }),
      },
    }),
    ...(nearest && { novelty: nearest }),
    ...(embeddings.length > 0 && { vendi: vendiScore(embeddings) }),
    styles: sharesOf(all, ({ derivation }) => derivation?.['style']),
    topics: sharesOf(all, ({ derivation }) => derivation?.['topic']),
    starred: all.filter(({ star }) => star).length,
  };
}

const figure = ({ mean, interval: [low, high], n }: Omit<MeasuredMean, 'n'> & { n: number }): string =>
  `${mean.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, n = ${n})`;

/** The facts as lines of text. */
export function factLines({ works, scorer, score, rating, consistency, novelty: step, vendi, styles, topics, starred }: Facts): string[] {
  const shares = (list: readonly Share[]): string => list.map(({ name, share }) => `${name} ${Math.round(100 * share)} %`).join(', ');
  return [
    `works        ${works}${starred > 0 ? `, ${starred} starred` : ''}`,
    ...(score ? [`score        ${figure(score)}, by ${scorer}`] : []),
    ...(rating ? [`rating       ${figure(rating)}`] : []),
    ...(consistency ? [`consistency  ${figure(consistency)}`] : []),
    ...(step ? [`novelty      ${figure(step)}`] : []),
    ...(vendi === undefined ? [] : [`vendi        ${vendi.toFixed(2)} of ${works}`]),
    ...(styles.length > 0 ? [`styles       ${shares(styles)}`] : []),
    ...(topics.length > 0 ? [`topics       ${shares(topics)}`] : []),
  ];
}
