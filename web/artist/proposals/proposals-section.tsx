import { decide, type Proposal, panelOf, rollBack } from '../../api/artist.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { numberText, t, timeText } from '../../texts/text.ts';

/** LoRAs that the artist trained on its best works, to be adopted or rejected. */
export function ProposalsSection() {
  const answer = useAnswer<{ proposals: Proposal[]; adopted: string[] }>('proposals');
  const act = (action: Promise<unknown>, said: string, undo?: () => void): void => {
    action.then(() => {
      tell(said, undo ? { action: { label: t('common.undo'), run: undo } } : {});
      answer.again();
    }, tellError);
  };
  const takeBack = (): void => act(rollBack(), t('artist.proposal.rolledBack'));
  return (
    <>
      <p class="max-w-prose text-sm text-muted">{t('artist.proposalsHint')}</p>
      <ForAdmins what={t('artist.adminOnly')}>{null}</ForAdmins>
      <Answered answer={answer}>
        {({ proposals, adopted }) => (
          <>
            {isAdmin.value && adopted.length > 0 && (
              <div>
                <Button onClick={takeBack}>{t('artist.proposal.rollback')}</Button>
              </div>
            )}
            {proposals.length === 0 && <Empty>{t('artist.noProposals')}</Empty>}
            <ul class="flex flex-col gap-4">
              {[...proposals].reverse().map((proposal) => (
                <One key={proposal.id} proposal={proposal} act={act} takeBack={takeBack} />
              ))}
            </ul>
          </>
        )}
      </Answered>
    </>
  );
}

interface OneProps {
  proposal: Proposal;
  act: (action: Promise<unknown>, said: string, undo?: () => void) => void;
  takeBack: () => void;
}

function One({ proposal, act, takeBack }: OneProps) {
  const { id, state, madeAt, works, steps, trial } = proposal;
  return (
    <li class="flex flex-col gap-3 rounded-lg border border-line bg-raised p-3 text-sm">
      <div class="flex flex-wrap items-center gap-2">
        <h2 class="mr-auto font-medium">
          {t('artist.proposal.name', { id })} <span class="ml-2 rounded bg-sunken px-1.5 text-xs">{t(`artist.proposal.${state}`)}</span>
        </h2>
        {isAdmin.value && state === 'tried' && trial?.passed && (
          <Button kind="main" onClick={() => act(decide(id, 'adopt'), t('artist.proposal.adoptedNow', { id }), takeBack)}>
            {t('artist.proposal.adopt')}
            <span class="sr-only"> {id}</span>
          </Button>
        )}
        {isAdmin.value && (state === 'tried' || state === 'made') && (
          <Button onClick={() => act(decide(id, 'reject'), t('artist.proposal.rejectedNow', { id }))}>
            {t('artist.proposal.reject')}
            <span class="sr-only"> {id}</span>
          </Button>
        )}
      </div>
      <p class="text-muted">
        {timeText(new Date(madeAt).toISOString())} · {t('artist.proposal.from', { n: works.length })} ·{' '}
        {t('artist.proposal.steps', { n: steps })}
      </p>
      {trial ? (
        <>
          <p class={trial.passed ? 'text-good' : 'text-bad'} dir="auto">
            {trial.reason}
          </p>
          <p class="text-muted">
            {(['style', 'novelty'] as const)
              .map((name) => {
                const { gain, interval } = trial[name];
                return t(`artist.proposal.${name}`, {
                  gain: numberText(gain, 4),
                  range: t('common.interval', { low: numberText(interval[0], 4), high: numberText(interval[1], 4) }),
                });
              })
              .join(' · ')}
          </p>
          {/* Scrolls on its own: the sheet has a column for each prompt. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <figure class="w-fit max-w-full overflow-x-auto rounded-md bg-sunken" tabIndex={0} aria-label={t('artist.proposal.sheet')}>
            <img
              src={panelOf(proposal)}
              alt={t('artist.proposal.sheetAlt', { n: trial.prompts.length })}
              loading="lazy"
              class="max-w-none"
            />
          </figure>
        </>
      ) : (
        <p class="text-muted">
          {t('artist.proposal.try')} <code class="select-all">ai-artist proposal try {id}</code>
        </p>
      )}
    </li>
  );
}
