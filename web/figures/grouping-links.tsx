import { ChoiceLinks, hrefWith } from '../form/choice-links.tsx';
import { t } from '../texts/text.ts';
import { type Grouping, groupings } from './spans.ts';

/** Figures by week, month or period of the artist. */
export function GroupingLinks({ by }: { by: Grouping }) {
  return (
    <ChoiceLinks
      label={t('figures.by')}
      items={groupings.map((one) => ({ href: hrefWith({ by: one }), label: t(`figures.by.${one}`), isShown: one === by }))}
    />
  );
}
