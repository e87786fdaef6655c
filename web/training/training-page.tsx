import { mayPaint } from '../api/session.ts';
import { NeedsToken } from '../form/for-admins.tsx';
import { Sections } from '../form/sections.tsx';
import { hrefOf, place } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { Compare } from './runs/compare.tsx';
import { RunPage } from './runs/run-page.tsx';
import { RunsSection } from './runs/runs-section.tsx';
import { SetPage } from './sets/set-page.tsx';
import { SetsSection } from './sets/sets-section.tsx';

/** Training LoRAs: data sets, runs, and what came of them. */
export function TrainingPage() {
  const [, section, name] = place.value.path;
  const isSets = section === 'sets';
  return (
    <div class="flex flex-col gap-4 pb-16">
      <h1 class="px-4 pt-4 text-2xl font-semibold md:px-6">{t('nav.training')}</h1>
      {mayPaint.value ? (
        <>
          <Sections
            label={t('training.sections')}
            items={[
              { href: hrefOf('training'), label: t('training.runs'), isShown: !isSets },
              { href: hrefOf('training/sets'), label: t('training.sets'), isShown: isSets },
            ]}
          />
          <div class="flex flex-col gap-6 px-4 md:px-6">
            <Shown section={section} name={name} />
          </div>
        </>
      ) : (
        <div class="px-4 md:px-6">
          <NeedsToken>{t('training.needsToken')}</NeedsToken>
        </div>
      )}
    </div>
  );
}

function Shown({ section, name }: { section: string | undefined; name: string | undefined }) {
  if (section === 'sets') return name === undefined ? <SetsSection /> : <SetPage key={name} name={name} />;
  if (section === 'runs' && name !== undefined) return <RunPage key={name} name={name} />;
  if (section === 'compare') return <Compare />;
  return <RunsSection />;
}
