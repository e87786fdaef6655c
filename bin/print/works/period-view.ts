import type { PeriodStore } from '../../../lib/artist/index.ts';
import { claimLine, claimText, factLines, type Period, periodStateOf, type Retrospective, ruleText } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';

const day = (time: number | undefined): string => (time === undefined ? '–' : new Date(time).toISOString().slice(0, 10));

export const periodLine = (period: Period): string =>
  `${period.id.padEnd(4)} ${periodStateOf(period).padEnd(8)} ${day(period.startedAt)} to ${day(period.endedAt)}  ${period.name}`;

export function periodLines(period: Period): string[] {
  const { ends, hypothesis, topics, styles, loras, endedBy } = period;
  return [
    periodLine(period),
    ...(hypothesis ? [`hypothesis   ${hypothesis.text}`] : []),
    ...(hypothesis?.claim ? [`claim        ${claimText(hypothesis.claim)}`] : []),
    `ends         ${ends.length > 0 ? ends.map(ruleText).join('; or ') : 'by hand'}${endedBy === undefined ? '' : ` (ended: ${endedBy})`}`,
    ...(topics.length > 0 ? [`topics       ${topics.join(', ')}`] : []),
    ...(styles.length > 0 ? [`styles       ${styles.map(({ name, weight }) => `${name} (${weight})`).join(', ')}`] : []),
    ...(loras.length > 0 ? [`loras        ${loras.map(({ path, weight }) => `${path} (${weight})`).join(', ')}`] : []),
  ];
}

export function retrospectiveLines({ from, to, facts, favourites, best, claim }: Retrospective): string[] {
  return [
    `time         ${from.slice(0, 10)} to ${to.slice(0, 10)}`,
    ...factLines(facts),
    ...(best.length > 0
      ? [`best         ${best.map(({ id, title }) => `${id}${title === undefined ? '' : ` ${title}`}`).join('; ')}`]
      : []),
    ...(favourites.length > 0 ? [`favourites   ${favourites.join(' ')}`] : []),
    ...(claim ? [claimLine(claim)] : []),
  ];
}

/** The named period, else the current one. */
export async function periodOf(store: PeriodStore, wanted: string | undefined): Promise<Period> {
  const period = wanted === undefined ? await store.current() : await store.find(wanted);
  if (period) return period;
  throw new ArtistError(
    'ERR_NOT_FOUND',
    'period: expected a current period, got none. Start one with ai-artist period start, or name one: ai-artist period list',
  );
}
