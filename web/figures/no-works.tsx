import { hrefWith } from '../form/choice-links.tsx';
import { Empty } from '../form/sections.tsx';
import { hrefOf } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import type { Range } from './range.ts';

/** No work was painted in the range, or none at all. */
export function NoWorks({ range: { choice } }: { range: Range }) {
  const link = 'text-accent underline';
  return (
    <Empty>
      {choice === 'all' ? (
        <>
          {t('figures.noneYet')}{' '}
          <a class={link} href={hrefOf('studio')}>
            {t('figures.toStudio')}
          </a>
        </>
      ) : (
        <>
          {t('figures.noneThen')}{' '}
          <a class={link} href={hrefWith({ range: 'all', from: undefined, to: undefined })}>
            {t('figures.toAll')}
          </a>
        </>
      )}
    </Empty>
  );
}
