import { type Curve, isOpen, type Run } from '../../api/training.ts';
import { Answered } from '../../form/answered.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf } from '../../navigate/router.ts';
import { t, timeText } from '../../texts/text.ts';
import { Curves } from './curves.tsx';
import { RunActions } from './run-actions.tsx';
import { RunProgress, runEvents, StepText } from './runs-section.tsx';
import { Samples } from './samples.tsx';

/** Points of a curve: more than a chart has pixels show no more. */
const points = 1000;

/** A run: how far it is, its curve and samples, and what can be done with it. */
export function RunPage({ name }: { name: string }) {
  const runs = useAnswer<{ runs: Run[] }>('training/runs', {}, runEvents);
  return (
    <>
      <a class="text-sm text-accent underline" href={hrefOf('training')}>
        {t('training.allRuns')}
      </a>
      <h2 class="text-xl font-semibold break-words" dir="auto">
        {name}
      </h2>
      <Answered answer={runs}>
        {({ runs: all }) => {
          const run = all.find((one) => one.name === name);
          return run ? <Known run={run} onChanged={runs.again} /> : <p>{t('training.runGone')}</p>;
        }}
      </Answered>
    </>
  );
}

function Known({ run, onChanged }: { run: Run; onChanged: () => void }) {
  // A run that waits, or failed at once, has no folder and so no curve.
  const hasCurve = run.step !== null;
  const curve = useAnswer<Curve>(hasCurve ? `training/runs/${encodeURIComponent(run.name)}/curve` : undefined, { points }, runEvents);
  return (
    <>
      <div class="text-sm" aria-live="polite">
        <p>
          <strong class={run.state === 'failed' ? 'text-bad' : ''}>{t(`training.state.${run.state}`)}</strong>
          <span class="text-muted">
            {run.started !== null && ` · ${timeText(run.started)}`}
            <StepText run={run} />
          </span>
        </p>
        {run.error && (
          <p class="break-words text-bad" dir="auto">
            {run.error.message}
          </p>
        )}
      </div>
      {isOpen(run) && <RunProgress run={run} />}
      <ForAdmins what={t('training.adminOnly')}>
        <RunActions run={run} onChanged={onChanged} />
      </ForAdmins>
      {hasCurve && (
        <Answered answer={curve}>
          {(found) => (
            <>
              <Curves curves={[{ name: run.name, ...found }]} />
              <Samples run={run.name} samples={found.samples} />
            </>
          )}
        </Answered>
      )}
    </>
  );
}
