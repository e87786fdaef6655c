import type { SharesAnswer } from '../../../lib/server/api/figures/views.ts';
import { ChoiceLinks, hrefWith } from '../../form/choice-links.tsx';
import { Empty } from '../../form/sections.tsx';
import { place } from '../../navigate/router.ts';
import { t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import { GroupingLinks } from '../grouping-links.tsx';
import { NoWorks } from '../no-works.tsx';
import { asked, isReversed, type NameKind, nameKinds, type Range } from '../range.ts';
import { groupingOf } from '../spans.ts';
import { Shares } from './shares.tsx';

/** What was painted: styles, topics, tags or models, over time. */
export function NamesSection({ range }: { range: Range }) {
  const { query } = place.value;
  const of: NameKind = nameKinds.find((one) => one === query['of']) ?? 'style';
  const by = groupingOf(query['by'], range);
  return (
    <>
      <div class="flex flex-wrap gap-3">
        <ChoiceLinks
          label={t('figures.of')}
          items={nameKinds.map((one) => ({ href: hrefWith({ of: one }), label: t(`figures.of.${one}`), isShown: one === of }))}
        />
        <GroupingLinks by={by} />
      </div>
      <Awaited<SharesAnswer>
        key={of}
        path={isReversed(range) ? undefined : 'figures/shares'}
        query={{ of, by, ...asked(range) }}
        height={560}
      >
        {(answer) => {
          if (answer.spans.length === 0) return <NoWorks range={range} />;
          if (answer.names.length === 0) return <Empty>{t(`figures.none.${of}`)}</Empty>;
          return <Shares answer={answer} kind={of} by={by} range={range} />;
        }}
      </Awaited>
    </>
  );
}
