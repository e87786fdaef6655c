import type { Claim, EndRule, Period } from '../../api/artist.ts';
import { numberText, sentence, t, timeText } from '../../texts/text.ts';

export function ruleText(rule: EndRule): string {
  if ('works' in rule) return t('artist.rule.works', { n: rule.works });
  if ('at' in rule) return t('artist.rule.at', { time: timeText(rule.at) });
  if ('noveltyBelow' in rule) return t('artist.rule.novelty', { value: numberText(rule.noveltyBelow, 3), window: rule.window });
  return t('artist.rule.consistency', { value: numberText(rule.consistencyAbove, 3), window: rule.window });
}

export const claimText = ({ measure, is, value }: Claim): string =>
  t(is === 'above' ? 'artist.claim.above' : 'artist.claim.below', { measure: sentence(measure), value: numberText(value, 3) });

export function spanText({ state, starts, startedAt, endedAt }: Period): string {
  if (state === 'planned') {
    if (starts === null) return t('artist.state.planned');
    return 'at' in starts ? t('artist.startsAt', { time: timeText(starts.at) }) : t('artist.startsAfter', { name: starts.after });
  }
  const from = startedAt === null ? '' : timeText(startedAt);
  return endedAt === null ? t('artist.since', { from }) : t('artist.span', { from, to: timeText(endedAt) });
}

/** Lines or names with commas. */
export const namesOf = (text: string): string[] => text.split(/[\n,]/).flatMap((one) => one.trim() || []);
