/** How the works changed: one row for each week, month or period. */
import { ArtistError } from '../../core/index.ts';
import { type CentroidCosine, centroidCosine } from '../../curation/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { EmbeddedWork } from './embedded-works.ts';
import { type Facts, measureWorks, type Share, scoreOf } from './facts.ts';

export const evolutionSpans = ['week', 'month', 'period'] as const;
export type EvolutionSpan = (typeof evolutionSpans)[number];

export interface StyleShare extends Share {
  /** Mean cosine of picture and prompt over the scored works. */
  score?: number;
}

export interface EvolutionRow extends Omit<Facts, 'styles'> {
  /** 2027-W03, 2027-01, p1; "none": works of no period. */
  span: string;
  from: string;
  to: string;
  styles: StyleShare[];
  /** Cosine between the centroids of these works and of the row before; 1: no drift. Its interval shows the spread expected from so few works. */
  toPrevious?: CentroidCosine;
  /** The same, compared with the first row. */
  toFirst?: CentroidCosine;
}

/** ISO 8601 week: a day belongs to the week of its Thursday. */
function weekOf(time: number): string {
  const date = new Date(time);
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)));
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - yearStart) / 86_400_000 + 1) / 7);
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** The week, month or period of a work. */
export function spanOf({ createdAt, derivation }: Pick<Artwork, 'createdAt' | 'derivation'>, by: EvolutionSpan): string {
  if (by === 'week') return weekOf(Date.parse(createdAt));
  if (by === 'month') return createdAt.slice(0, 7);
  return typeof derivation?.['period'] === 'string' ? derivation['period'] : 'none';
}

function styleScore(works: readonly EmbeddedWork[], style: string, scorer: string): number | undefined {
  const scores = works.flatMap(({ work }) => (work.derivation?.['style'] === style ? (scoreOf(work, scorer) ?? []) : []));
  return scores.length === 0 ? undefined : scores.reduce((sum, value) => sum + value, 0) / scores.length;
}

/**
 * Measures the works of each span. Rows are oldest first; times are UTC.
 *
 * @param works in any order, all embedded by `scorer`
 * @throws ArtistError ERR_INVALID_ARGUMENT when there are no works
 */
export function evolutionOf(works: readonly EmbeddedWork[], by: EvolutionSpan, scorer: string): EvolutionRow[] {
  if (works.length === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', 'works: expected at least one, got none');
  const oldestFirst = [...works].sort((a, b) => (a.work.id < b.work.id ? -1 : 1));
  const groups = new Map<string, EmbeddedWork[]>();
  for (const one of oldestFirst) {
    const span = spanOf(one.work, by);
    groups.set(span, [...(groups.get(span) ?? []), one]);
  }
  const vectors = (list: readonly EmbeddedWork[]): Float32Array[] => list.map(({ embedding }) => embedding);
  const all = [...groups];
  return all.map(([span, members], index): EvolutionRow => {
    const { styles, ...facts } = measureWorks(members, scorer);
    const [before, first] = [all[index - 1]?.[1], index > 0 ? all[0]?.[1] : undefined];
    return {
      span,
      from: members[0]?.work.createdAt ?? '',
      to: members.at(-1)?.work.createdAt ?? '',
      ...facts,
      styles: styles.map((style) => {
        const score = styleScore(members, style.name, scorer);
        return { ...style, ...(score !== undefined && { score }) };
      }),
      ...(before && { toPrevious: centroidCosine(vectors(before), vectors(members)) }),
      ...(first && { toFirst: centroidCosine(vectors(first), vectors(members)) }),
    };
  });
}
