import { useState } from 'preact/hooks';
import { endPeriod, type Period, type Retrospective } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { numberText, t } from '../../texts/text.ts';
import { WorkStrip } from '../work-strip.tsx';
import { claimText, ruleText, spanText } from './words.ts';

/** A period: what it is about, and what was measured. */
export function PeriodView({ id }: { id: string }) {
  const answer = useAnswer<{ period: Period }>(`periods/${encodeURIComponent(id)}`);
  const [isEnding, setEnding] = useState(false);
  const end = ({ state, name }: Period): void => {
    setEnding(true);
    endPeriod(id)
      .then(() => {
        tell(t(state === 'planned' ? 'artist.period.removed' : 'artist.period.ended', { name }));
        if (state === 'planned') navigate(hrefOf('artist/periods'), { replace: true });
        else answer.again();
      }, tellError)
      .finally(() => setEnding(false));
  };
  return (
    <>
      <a class="text-sm text-accent underline" href={hrefOf('artist/periods')}>
        {t('artist.allPeriods')}
      </a>
      <Answered answer={answer}>
        {({ period }) => (
          <article class="flex flex-col gap-4">
            <header class="flex flex-wrap items-center gap-3">
              <h2 class="mr-auto text-xl font-semibold break-words" dir="auto">
                {period.name}
              </h2>
              {isAdmin.value && period.state !== 'ended' && (
                <Button isDisabled={isEnding} onClick={() => end(period)}>
                  {t(period.state === 'planned' ? 'artist.period.remove' : isEnding ? 'artist.period.ending' : 'artist.period.end')}
                </Button>
              )}
            </header>
            <About period={period} />
            {/* Measured anew when it has ended. */}
            {period.state !== 'planned' && <Measures key={period.state} period={period} />}
          </article>
        )}
      </Answered>
    </>
  );
}

function About({ period }: { period: Period }) {
  const { hypothesis, topics, styles, ends, endedBy, state } = period;
  const rows: [string, string][] = [
    [t('artist.about.when'), spanText(period)],
    [
      t('artist.about.ends'),
      endedBy ?? (ends.length > 0 ? ends.map(ruleText).join(' · ') : state === 'ended' ? '' : t('artist.rule.byHand')),
    ],
    [t('artist.about.topics'), topics.join(', ')],
    [t('artist.about.styles'), styles.map(({ name }) => name).join(', ')],
    [t('artist.about.hypothesis'), hypothesis?.text ?? ''],
    [t('artist.about.claim'), hypothesis?.claim ? claimText(hypothesis.claim) : ''],
  ];
  return <Facts rows={rows} />;
}

function Facts({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      {rows
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <>
            <dt key={name} class="text-muted">
              {name}
            </dt>
            <dd class="min-w-0 break-words" dir="auto">
              {value}
            </dd>
          </>
        ))}
    </dl>
  );
}

const verdicts = { yes: 'text-good', no: 'text-bad', open: 'text-muted' };

function Measures({ period: { id, state } }: { period: Period }) {
  const [isAsked, ask] = useState(state === 'ended');
  const answer = useAnswer<Retrospective>(isAsked ? `periods/${id}/retrospective` : undefined);
  if (!isAsked)
    return (
      <div>
        <Button onClick={() => ask(true)}>{t('artist.measureNow')}</Button>
      </div>
    );
  return (
    <section aria-label={t('artist.retrospective')} class="flex flex-col gap-3">
      <h3 class="font-semibold">{t('artist.retrospective')}</h3>
      <Answered answer={answer}>
        {({ facts, claim, best, favourites }) => (
          <>
            {claim && (
              <p class={verdicts[claim.held]}>
                {claimText(claim)}: {t(`artist.held.${claim.held}`)}
                {claim.measured !== undefined && ` ${t('artist.measured', { value: numberText(claim.measured, 3) })}`}
              </p>
            )}
            <Facts
              rows={[
                [t('artist.fact.works'), numberText(facts.works)],
                ...(['consistency', 'novelty', 'score', 'rating'] as const).map((name) => {
                  const { mean, interval } = facts[name] ?? {};
                  const bounds = interval && { low: numberText(interval[0], 3), high: numberText(interval[1], 3) };
                  const range = bounds ? ` (${t('common.interval', bounds)})` : '';
                  return [t(`artist.measure.${name}`), mean === undefined ? '' : `${numberText(mean, 3)}${range}`] as const;
                }),
                [t('artist.measure.vendi'), facts.vendi === undefined ? '' : numberText(facts.vendi, 2)],
              ]}
            />
            {best.length > 0 && <h4 class="text-sm font-medium">{t('artist.best')}</h4>}
            <WorkStrip size="large" ids={best.map((one) => one.id)} />
            {favourites.length > 0 && <h4 class="text-sm font-medium">{t('artist.favourites')}</h4>}
            <WorkStrip ids={favourites.slice(0, 24)} />
          </>
        )}
      </Answered>
    </section>
  );
}
