import { useEffect } from 'preact/hooks';
import { Answered } from '../form/answered.tsx';
import { Sections } from '../form/sections.tsx';
import { useAnswer } from '../form/use-answer.ts';
import { hrefOf, place, setQuery } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { type Choice, choices, choiceWith, type Range, rangeOf } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import { ChoosingSection } from './sections/choosing-section.tsx';
import { DevelopmentSection } from './sections/development-section.tsx';
import { LikesSection } from './sections/likes-section.tsx';
import { NamesSection } from './sections/names-section.tsx';
import { WorkSection } from './sections/work-section.tsx';

const sections = {
  work: { path: 'figures', Section: WorkSection },
  names: { path: 'figures/names', Section: NamesSection },
  development: { path: 'figures/development', Section: DevelopmentSection },
  choosing: { path: 'figures/choosing', Section: ChoosingSection },
  likes: { path: 'figures/likes', Section: LikesSection },
} as const;
type Name = keyof typeof sections;
const names = Object.keys(sections) as Name[];

/** How the artist develops, in charts. */
export function FiguresPage() {
  const { path, query } = place.value;
  const shown = names.find((name) => name === path[1]) ?? 'work';
  return (
    <div class="flex flex-col gap-4 pb-16">
      <h1 class="px-4 pt-4 text-2xl font-semibold md:px-6">{t('nav.figures')}</h1>
      <Sections
        label={t('figures.sections')}
        items={names.map((name) => ({
          href: hrefOf(sections[name].path, query),
          label: t(`figures.section.${name}`),
          isShown: name === shown,
        }))}
      />
      <div class="flex max-w-7xl flex-col gap-4 px-4 md:px-6">
        <WithRange section={shown} />
      </div>
    </div>
  );
}

/** An address without a range gets the shortest one that has works. */
function WithRange({ section }: { section: Name }) {
  const { query } = place.value;
  const isGiven = choices.some((one) => one === query['range']);
  const newest = useAnswer<{ works: { createdAt: string }[] }>(isGiven ? undefined : 'works', { limit: 1 });
  const usual = newest.value && choiceWith(newest.value.works[0]?.createdAt);
  useEffect(() => {
    if (!isGiven && usual) setQuery({ range: usual }, { replace: true });
  }, [isGiven, usual]);
  const { Section } = sections[section];
  const shown = (choice: Choice) => {
    const range: Range = rangeOf(query, choice);
    return (
      <>
        <RangeBar range={range} />
        <Section range={range} />
      </>
    );
  };
  return isGiven ? shown('all') : <Answered answer={newest}>{() => shown(usual ?? 'all')}</Answered>;
}
