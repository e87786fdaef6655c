import { mayPaint } from '../api/session.ts';
import { NeedsToken } from '../form/for-admins.tsx';
import { Sections } from '../form/sections.tsx';
import { hrefOf, place } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { Now } from './now/now.tsx';
import { PeriodView } from './periods/period-view.tsx';
import { PeriodsSection } from './periods/periods-section.tsx';
import { ProposalsSection } from './proposals/proposals-section.tsx';
import { HistorySection } from './schedule/history-section.tsx';
import { ScheduleSection } from './schedule/schedule-section.tsx';
import { SeriesSection } from './series/series-section.tsx';
import { SeriesView } from './series/series-view.tsx';

const sections = ['schedule', 'history', 'periods', 'series', 'proposals'] as const;
type Section = (typeof sections)[number];
const hrefs: Readonly<Record<Section, string>> = {
  schedule: 'artist',
  history: 'artist/history',
  periods: 'artist/periods',
  series: 'artist/series',
  proposals: 'artist/proposals',
};

/** What the artist does now, what it will do, and what came of it. */
export function ArtistPage() {
  const [, given, id] = place.value.path;
  const shown: Section = sections.find((one) => one === given) ?? 'schedule';
  return (
    <div class="flex flex-col gap-4 pb-16">
      <h1 class="px-4 pt-4 text-2xl font-semibold md:px-6">{t('nav.artist')}</h1>
      <div class="px-4 md:px-6">
        <Now />
      </div>
      {mayPaint.value ? (
        <>
          <Sections
            label={t('artist.sections')}
            items={sections.map((one) => ({ href: hrefOf(hrefs[one]), label: t(`artist.${one}`), isShown: one === shown }))}
          />
          <div class="flex flex-col gap-6 px-4 md:px-6">
            <Shown section={shown} id={id} />
          </div>
        </>
      ) : (
        <div class="px-4 md:px-6">
          <NeedsToken>{t('artist.needsToken')}</NeedsToken>
        </div>
      )}
    </div>
  );
}

function Shown({ section, id }: { section: Section; id: string | undefined }) {
  if (section === 'history') return <HistorySection />;
  if (section === 'periods') return id === undefined ? <PeriodsSection /> : <PeriodView key={id} id={id} />;
  if (section === 'series') return id === undefined ? <SeriesSection /> : <SeriesView key={id} id={id} />;
  if (section === 'proposals') return <ProposalsSection />;
  return <ScheduleSection />;
}
