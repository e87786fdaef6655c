import { isAdmin } from '../api/session.ts';
import { copy } from '../browser/clipboard.ts';
import { Answered } from '../form/answered.tsx';
import { NeedsToken } from '../form/for-admins.tsx';
import { useAnswer } from '../form/use-answer.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t, timeText } from '../texts/text.ts';
import { CheckLine } from './check-line.tsx';
import { RunPanel } from './run-panel.tsx';
import { type HealthView, reportOf } from './said.ts';

/** What is well and what is not, what that means, and what to do. */
export function HealthPage() {
  return (
    <div class="mx-auto flex max-w-4xl flex-col gap-4 p-4 pb-16 md:p-6">
      <h1 class="text-2xl font-semibold">{t('health.title')}</h1>
      {isAdmin.value ? <ForAdmin /> : <NeedsToken scope="admin">{t('health.adminOnly')}</NeedsToken>}
    </div>
  );
}

function ForAdmin() {
  const answer = useAnswer<HealthView>('health');
  return (
    <>
      <Answered answer={answer}>{(view) => <Checks view={view} again={answer.again} />}</Answered>
      <RunPanel onEnd={answer.again} />
    </>
  );
}

/** The worst come first. */
const order = { bad: 0, warning: 1, good: 2 } as const;

function Checks({ view, again }: { view: HealthView; again: () => void }) {
  const wrong = view.checks.filter(({ state }) => state !== 'good').length;
  const sorted = [...view.checks].sort((a, b) => order[a.state] - order[b.state]);
  return (
    <section class="flex flex-col gap-3" aria-labelledby="health-all">
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div class="min-w-0 flex-1 basis-full sm:basis-0" role="status">
          <h2 id="health-all" class="text-lg font-semibold">
            {wrong === 0 ? t('health.allGood') : t('health.someWrong', { n: wrong })}
          </h2>
          <p class="text-sm text-muted">{t('health.lookedAt', { time: timeText(view.at) })}</p>
        </div>
        <Button onClick={again}>{t('health.again')}</Button>
        <Button onClick={() => copy(reportOf(view))}>
          <Icon name="copy" size={16} />
          {t('health.copy')}
        </Button>
      </div>
      <ul class="rounded-xl border border-line bg-raised px-4">
        {sorted.map((check) => (
          <CheckLine key={`${check.part} ${check.code}`} check={check} />
        ))}
      </ul>
      <p class="text-xs text-muted">{t('health.copyHint')}</p>
    </section>
  );
}
