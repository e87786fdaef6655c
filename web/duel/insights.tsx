import { useEffect, useState } from 'preact/hooks';
import type { DuelInsights } from '../../lib/server/api/changes/duel-routes.ts';
import { ask } from '../api/client.ts';
import { rowOf, thumbnailOf } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { t } from '../texts/text.ts';

/** What one's own answers say so far. */
export function InsightsDialog({ onClose }: { onClose: () => void }) {
  const [insights, setInsights] = useState<DuelInsights | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  const read = (): void => void ask<DuelInsights>('duels').then(setInsights, (problem: Error) => setError(problem.message));
  useEffect(read, []);
  return (
    <Dialog title={t('duel.insights')} onClose={onClose}>
      {error !== undefined && <p role="alert">{error}</p>}
      {!insights && error === undefined && <p class="text-muted">{t('common.loading')}</p>}
      {insights && <Insights insights={insights} onLearned={read} />}
    </Dialog>
  );
}

function Insights({ insights: { duels, works, tags, taste }, onLearned }: { insights: DuelInsights; onLearned: () => void }) {
  return (
    <div class="flex flex-col gap-4 text-sm">
      <p>{t('duel.total', { n: duels })}</p>
      <p class="text-muted">
        {taste ? t(taste.from === 'duels' ? 'duel.learnedDuels' : 'duel.learnedRatings', { n: taste.n }) : t('duel.notLearned')}
      </p>
      <Learn duels={duels} onLearned={onLearned} />
      {works.length > 0 && (
        <section aria-label={t('duel.bestWorks')}>
          <h3 class="mb-2 font-semibold">{t('duel.bestWorks')}</h3>
          <ul class="grid grid-cols-4 gap-2">
            {works.map((score) => (
              <WorkScore key={score.id} {...score} />
            ))}
          </ul>
        </section>
      )}
      {tags.length > 0 && (
        <section aria-label={t('duel.bestTags')}>
          <h3 class="mb-2 font-semibold">{t('duel.bestTags')}</h3>
          <ul class="flex flex-col gap-1">
            {tags.map(({ tag, won, seen }) => (
              <li key={tag} class="flex items-center gap-3">
                <span class="min-w-0 flex-1 truncate" dir="auto">
                  {tag}
                </span>
                <meter class="w-32" min={0} max={seen} value={won} aria-label={tag} />
                <span class="w-20 text-right text-muted tabular-nums">{t('duel.score', { won, seen })}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** As `ai-artist taste train --from duels` learns. */
const fewestDuels = 2;

/** Learns the taste from the answers, at once. */
function Learn({ duels, onLearned }: { duels: number; onLearned: () => void }) {
  const [isLearning, setLearning] = useState(false);
  const [learned, setLearned] = useState<number | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const learn = (): void => {
    setLearning(true);
    setProblem(undefined);
    ask<{ n: number }>('taste', { method: 'POST', body: { from: 'duels' } })
      .then(
        ({ n }) => {
          setLearned(n);
          onLearned();
        },
        (error: Error) => setProblem(error.message),
      )
      .finally(() => setLearning(false));
  };
  if (duels < fewestDuels) return <p class="text-muted">{t('duel.learnNeeds', { n: fewestDuels })}</p>;
  return (
    <div class="flex flex-col items-start gap-2" aria-busy={isLearning}>
      <Button onClick={learn} isDisabled={isLearning}>
        {t(isLearning ? 'duel.learning' : 'duel.learn')}
      </Button>
      <p role="status">{learned !== undefined && !isLearning && t('duel.learnedNow', { n: learned })}</p>
      {problem !== undefined && (
        <p role="alert" class="break-words text-bad" dir="auto">
          {problem}
        </p>
      )}
    </div>
  );
}

function WorkScore({ id, won, seen }: DuelInsights['works'][number]) {
  const row = rowOf(id).value;
  return (
    <li>
      <a href={hrefOf(`works/${id}`)} class="block">
        {row && <img src={thumbnailOf(row, 320)} alt={altOf(row)} class="aspect-square w-full rounded object-cover" />}
        <span class="block text-center text-xs text-muted tabular-nums">{t('duel.score', { won, seen })}</span>
      </a>
    </li>
  );
}
