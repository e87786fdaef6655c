import type { PeriodStore } from '../../../lib/artist/index.ts';
import {
  claimLine,
  claimText,
  type EndRule,
  factLines,
  type Period,
  periodStateOf,
  type Retrospective,
  ruleText,
} from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import { shownDay, shownTime } from '../times.ts';

const day = (time: number | undefined): string => (time === undefined ? '–' : shownDay(time));

/** A rule with times of this machine. */
const shownRule = (rule: EndRule): string => ('at' in rule ? `until ${shownTime(rule.at)}` : ruleText(rule));

/** What ended a period: a rule, which is recorded with its time in UTC, or a reason. */
function shownEnd({ ends, endedBy }: Period): string {
  if (endedBy === undefined) return '';
  const rule = ends.find((each) => ruleText(each) === endedBy);
  return ` (ended: ${rule ? shownRule(rule) : endedBy})`;
}

export const periodLine = (period: Period): string =>
  `${period.id.padEnd(4)} ${periodStateOf(period).padEnd(8)} ${day(period.startedAt)} to ${day(period.endedAt)}  ${period.name}`;

export function periodLines(period: Period): string[] {
  const { ends, hypothesis, topics, styles, loras } = period;
  return [
    periodLine(period),
    ...(hypothesis ? [`hypothesis   ${hypothesis.text}`] : []),
    ...(hypothesis?.claim ? [`claim        ${claimText(hypothesis.claim)}`] : []),
    `ends         ${ends.length > 0 ? ends.map(shownRule).join('; or ') : 'by hand'}${shownEnd(period)}`,
    ...(topics.length > 0 ? [`topics       ${topics.join(', ')}`] : []),
    ...(styles.length > 0 ? [`styles       ${styles.map(({ name, weight }) => `${name} (${weight})`).join(', ')}`] : []),
    ...(loras.length > 0 ? [`loras        ${loras.map(({ path, weight }) => `${path} (${weight})`).join(', ')}`] : []),
  ];
}

export function retrospectiveLines({ from, to, facts, favourites, best, claim }: Retrospective): string[] {
  return [
    `time         ${shownDay(from)} to ${shownDay(to)}`,
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
