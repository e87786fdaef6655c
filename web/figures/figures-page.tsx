import { Sections } from '../form/sections.tsx';
import { hrefOf, place } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { rangeOf } from './range.ts';
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
  const range = rangeOf(query);
  const { Section } = sections[shown];
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
        <RangeBar range={range} />
        <Section range={range} />
      </div>
    </div>
  );
}
