import type { Period } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, place, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { t } from '../../texts/text.ts';
import { PeriodForm } from './period-form.tsx';
import { spanText } from './words.ts';

/** Periods of the artist, the current one first. */
export function PeriodsSection() {
  const answer = useAnswer<{ periods: Period[] }>('periods', {}, ['work.filed']);
  const order = { current: 0, planned: 1, ended: 2 };
  return (
    <>
      <p class="max-w-prose text-sm text-muted">{t('artist.periodsHint')}</p>
      <ForAdmins what={t('artist.adminOnly')}>
        <div>
          <Button kind="main" onClick={() => setQuery({ new: 'true' })}>
            {t('artist.period.add')}
          </Button>
        </div>
      </ForAdmins>
      <Answered answer={answer}>
        {({ periods }) => (
          <>
            {periods.length === 0 && <Empty>{t('artist.noPeriods')}</Empty>}
            <ul class="flex flex-col gap-2">
              {[...periods]
                .reverse()
                .sort((a, b) => order[a.state] - order[b.state])
                .map((period) => (
                  <li key={period.id} class="rounded-lg border border-line bg-raised p-3 text-sm">
                    <a class="font-medium text-accent underline" href={hrefOf(`artist/periods/${period.id}`)} dir="auto">
                      {period.name}
                    </a>
                    <span class="ml-2 rounded bg-sunken px-1.5 text-xs">{t(`artist.state.${period.state}`)}</span>
                    <p class="text-muted">{spanText(period)}</p>
                    {period.hypothesis && (
                      <p class="mt-1 line-clamp-2 break-words" dir="auto">
                        {period.hypothesis.text}
                      </p>
                    )}
                  </li>
                ))}
            </ul>
            {isAdmin.value && place.value.query['new'] === 'true' && (
              <PeriodForm
                periods={periods}
                onDone={(isChanged) => {
                  setQuery({ new: undefined }, { replace: true });
                  if (isChanged) answer.again();
                }}
              />
            )}
          </>
        )}
      </Answered>
    </>
  );
}
