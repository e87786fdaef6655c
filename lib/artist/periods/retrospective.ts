/** The measured results of a period. */
import type { Artwork, Gallery } from '../../gallery/index.ts';
import type { EmbeddedWork } from '../measure/embedded-works.ts';
import { type Facts, measureWorks, scoreOf } from '../measure/facts.ts';
import { type Claim, claimText, type EndRule, type Period, ruleText } from './period.ts';

export interface Judged extends Claim {
  /** undefined: it could not be measured. */
  measured?: number;
  interval?: [number, number];
  /** yes or no: the whole 95 % interval (or the value, if there is none) is on that side of the claim. open: neither. */
  held: 'yes' | 'no' | 'open';
}

export interface Retrospective extends Record<string, unknown> {
  from: string;
  to: string;
  facts: Facts;
  /** Ids of works that are rated 5 or starred, newest first. */
  favourites: string[];
  /** Up to three works, by rating, then by score. */
  best: { id: string; title?: string; rating?: number; score?: number }[];
  claim?: Judged;
}

/** Works of a period, newest first. */
export async function worksOfPeriod(gallery: Gallery, { id, startedAt }: Pick<Period, 'id' | 'startedAt'>): Promise<Artwork[]> {
  const found: Artwork[] = [];
  for (let after: string | undefined; startedAt !== undefined; ) {
    const page = await gallery.list({ limit: 200, after });
    found.push(...page.works.filter(({ derivation }) => derivation?.['period'] === id));
    const oldest = page.works.at(-1);
    if (page.next === undefined || (oldest && Date.parse(oldest.createdAt) < startedAt)) break;
    after = page.next;
  }
  return found;
}

/** The rule that ends the period now, as text; undefined: none. `works` are newest first; `embed` embeds the works that a measure needs. */
export async function ruleThatHolds(
  ends: readonly EndRule[],
  {
    now,
    works,
    embed,
  }: { now: number; works: readonly Artwork[]; embed: (works: readonly Artwork[]) => Promise<{ works: EmbeddedWork[]; scorer: string }> },
): Promise<string | undefined> {
  for (const rule of ends) {
    if ('works' in rule && works.length >= rule.works) return ruleText(rule);
    if ('at' in rule && now >= rule.at) return ruleText(rule);
    if (!('window' in rule) || works.length < rule.window) continue;
    const { works: embedded, scorer } = await embed(works.slice(0, rule.window));
    const { novelty, consistency } = measureWorks(embedded, scorer);
    if ('noveltyBelow' in rule && novelty && novelty.mean < rule.noveltyBelow) return `${ruleText(rule)}: ${novelty.mean.toFixed(4)}`;
    if ('consistencyAbove' in rule && consistency && consistency.mean > rule.consistencyAbove)
      return `${ruleText(rule)}: ${consistency.mean.toFixed(4)}`;
  }
  return undefined;
}

function judge(claim: Claim, facts: Facts): Judged {
  const found =
    claim.measure === 'vendi' ? (facts.vendi === undefined ? undefined : { mean: facts.vendi, interval: undefined }) : facts[claim.measure];
  if (!found) return { ...claim, held: 'open' };
  const { mean, interval } = found;
  const [low, high] = interval ?? [mean, mean];
  const yes = claim.is === 'above' ? low > claim.value : high < claim.value;
  const no = claim.is === 'above' ? high <= claim.value : low >= claim.value;
  return { ...claim, measured: mean, ...(interval && { interval }), held: yes ? 'yes' : no ? 'no' : 'open' };
}

export function retrospect(
  period: Period,
  { works, scorer, now }: { works: readonly EmbeddedWork[]; scorer: string; now: number },
): Retrospective {
  const facts = measureWorks(works, scorer);
  const newest = works.map(({ work }) => work).sort((a, b) => (a.id > b.id ? -1 : 1));
  const best = newest
    .map((work) => ({ work, rating: work.rating, score: scoreOf(work, scorer) }))
    .filter(({ rating, score }) => rating !== undefined || score !== undefined)
    .sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0) || (b.score ?? -1) - (a.score ?? -1))
    .slice(0, 3);
  const { claim } = period.hypothesis ?? {};
  return {
    from: new Date(period.startedAt ?? now).toISOString(),
    to: new Date(period.endedAt ?? now).toISOString(),
    facts,
    favourites: newest.filter(({ rating, star }) => rating === 5 || star).map(({ id }) => id),
    best: best.map(({ work: { id, title }, rating, score }) => ({
      id,
      ...(title !== undefined && { title }),
      ...(rating !== undefined && { rating }),
      ...(score !== undefined && { score }),
    })),
    ...(claim && { claim: judge(claim, facts) }),
  };
}

export function claimLine({ measured, interval, held, ...claim }: Judged): string {
  const verdict = { yes: 'it held', no: 'it did not hold', open: measured === undefined ? 'it could not be measured' : 'undecided' }[held];
  const range = interval ? ` (95 %: ${interval.map((end) => end.toFixed(3)).join(' to ')})` : '';
  return `claim        ${claimText(claim)}: ${verdict}${measured === undefined ? '' : `, measured ${measured.toFixed(3)}${range}`}`;
}
