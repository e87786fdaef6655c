import { isAdmin } from '../../api/session.ts';
import { isOpen, type Run } from '../../api/training.ts';
import { Answered } from '../../form/answered.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate, place, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { numberText, t, timeText } from '../../texts/text.ts';
import { RunForm } from './run-form.tsx';

/** The value of `new` in the query when no data set was chosen: no set can have this name. */
const newRun = '.';
export const runEvents = ['training', 'training.step'] as const;

/** All training runs; some of them can be chosen and compared. */
export function RunsSection() {
  const answer = useAnswer<{ runs: Run[] }>('training/runs', {}, runEvents);
  const { query } = place.value;
  const chosen = (query['runs'] ?? '').split(',').filter((one) => one !== '');
  const toggle = (name: string): void => {
    const now = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    setQuery({ runs: now.join(',') }, { replace: true });
  };
  return (
    <>
      <ForAdmins what={t('training.adminOnly')}>
        <div>
          <Button kind="main" onClick={() => setQuery({ new: newRun })}>
            {t('training.start')}
          </Button>
        </div>
      </ForAdmins>
      <Answered answer={answer}>
        {({ runs }) => (
          <>
            {runs.length === 0 && <Empty>{t('training.noRuns')}</Empty>}
            {runs.length > 1 && (
              <div class="flex flex-wrap items-center gap-3 text-sm">
                <Button isDisabled={chosen.length < 2} onClick={() => navigate(hrefOf('training/compare', { runs: chosen.join(',') }))}>
                  {t('training.compare')}
                </Button>
                <span class="text-muted">{t('training.compareHint')}</span>
              </div>
            )}
            <ul class="flex flex-col gap-2">
              {runs.map((run) => (
                <RunRow
                  key={run.name}
                  run={run}
                  isChosen={chosen.includes(run.name)}
                  {...(runs.length > 1 && { onChoose: () => toggle(run.name) })}
                />
              ))}
            </ul>
          </>
        )}
      </Answered>
      {isAdmin.value && query['new'] !== undefined && <RunForm given={query['new'] === newRun ? undefined : query['new']} />}
    </>
  );
}

function RunRow({ run, isChosen, onChoose }: { run: Run; isChosen: boolean; onChoose?: () => void }) {
  const { name, state, started, error } = run;
  return (
    <li class="flex items-start gap-3 rounded-lg border border-line bg-raised p-3 text-sm">
      {onChoose && (
        <input type="checkbox" class="mt-1 h-6 w-6" aria-label={t('training.choose', { name })} checked={isChosen} onChange={onChoose} />
      )}
      <div class="min-w-0 flex-1">
        <a href={hrefOf(`training/runs/${encodeURIComponent(name)}`)} class="font-medium break-words text-accent underline" dir="auto">
          {name}
        </a>
        <span class={`ml-2 rounded bg-sunken px-1.5 text-xs ${state === 'failed' ? 'text-bad' : ''}`}>{t(`training.state.${state}`)}</span>
        <p class="text-muted">
          {started !== null && timeText(started)}
          <StepText run={run} />
        </p>
        {isOpen(run) && <RunProgress run={run} />}
        {error && (
          <p class="break-words text-bad" dir="auto">
            {error.message}
          </p>
        )}
      </div>
    </li>
  );
}

export function StepText({ run: { step, steps, loss } }: { run: Run }) {
  return (
    <>
      {step !== null && ` · ${steps === null ? t('training.stepIs', { step }) : t('training.stepOf', { step, steps })}`}
      {loss !== null && ` · ${t('training.lossIs', { loss: numberText(loss, 4) })}`}
    </>
  );
}

export function RunProgress({ run: { name, step, steps } }: { run: Run }) {
  if (steps === null) return null;
  return (
    <div class="max-w-md">
      <ProgressBar value={step ?? 0} max={steps} label={t('training.progressOf', { name })} />
    </div>
  );
}
