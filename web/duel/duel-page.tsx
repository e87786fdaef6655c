import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { mayPaint, signInAsked } from '../api/session.ts';
import { rowOf, type WorkRow } from '../api/works.ts';
import { altOf } from '../gallery/tile.tsx';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf } from '../navigate/router.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { largeOf, type PictureState, usePicture } from '../review/decoded.ts';
import { t } from '../texts/text.ts';
import { Duels } from './duel-state.ts';
import { InsightsDialog } from './insights.tsx';

/** Which of two works is better: what the artist's taste is learned from. */
export function DuelPage() {
  if (!mayPaint.value)
    return (
      <div class="mx-auto flex max-w-lg flex-col items-start gap-4 p-8">
        <h1 class="text-xl font-semibold">{t('duel.title')}</h1>
        <p>{t('duel.explain')}</p>
        <Button
          kind="main"
          onClick={() => {
            signInAsked.value = { reason: 'wish' };
          }}
        >
          {t('session.signIn')}
        </Button>
      </div>
    );
  return <Duelling />;
}

function Duelling() {
  const duels = useMemo(() => new Duels(), []);
  const [hasInsights, setInsights] = useState(false);
  const [hasTexts, setTexts] = useState(false);
  useEffect(() => {
    duels.begin();
  }, [duels]);
  const close = (): void => goBack(hrefOf(''));
  useLayoutEffect(() =>
    handleKeys({
      previous: () => duels.choose('first'),
      next: () => duels.choose('second'),
      skipPair: (_, event) => (event.target instanceof Element && event.target.closest('button, a') ? false : duels.skip()),
      undoDecision: () => duels.undo(),
      details: () => setTexts(!hasTexts),
      close,
    }),
  );
  return (
    <div class="flex h-full min-h-0 flex-col">
      <header class="flex items-center gap-1 border-b border-line px-3 py-1 sm:gap-3">
        <h1 class="min-w-0 font-semibold max-sm:flex-1 max-sm:truncate">{t('duel.question')}</h1>
        <p class="min-w-0 flex-1 text-sm text-balance text-muted max-lg:hidden">{t('duel.explain')}</p>
        <span class="flex-1 max-sm:hidden lg:hidden" />
        <p class="text-sm text-muted tabular-nums max-sm:sr-only" aria-live="polite">
          {t('duel.given', { n: duels.given.value })}
        </p>
        <IconButton icon="info" label={t('duel.texts')} isPressed={hasTexts} onClick={() => setTexts(!hasTexts)} />
        <IconButton icon="undo" label={t('duel.undo')} isDisabled={!duels.mayUndo.value} onClick={() => duels.undo()} />
        <IconButton icon="figures" label={t('duel.insights')} onClick={() => setInsights(true)} />
        <IconButton icon="cross" label={t('common.close')} onClick={close} />
      </header>
      <Pair duels={duels} hasTexts={hasTexts} />
      {hasInsights && <InsightsDialog onClose={() => setInsights(false)} />}
    </div>
  );
}

function useLarge(id: string | undefined): PictureState {
  const row = id === undefined ? undefined : rowOf(id).value;
  const state = usePicture(row ? largeOf(row) : undefined);
  return row === null ? 'lost' : state;
}

function Pair({ duels, hasTexts }: { duels: Duels; hasTexts: boolean }) {
  const pair = duels.pair.value;
  const states = [useLarge(pair?.first), useLarge(pair?.second)] as const;
  // Both appear at once: one that is seen alone is not compared.
  const isReady = !states.includes('loading');
  const [first, second]: readonly PictureState[] = isReady ? states : ['loading', 'loading'];
  if (duels.error.value)
    return (
      <div role="alert" class="flex flex-col items-start gap-3 p-8">
        <p>{duels.error.value.code === 'ERR_INVALID_ARGUMENT' ? t('duel.tooFew') : duels.error.value.message}</p>
        <Button onClick={() => duels.begin()}>{t('common.retry')}</Button>
      </div>
    );
  return (
    <>
      <div class="grid min-h-0 flex-1 grid-cols-2 gap-1 bg-sunken p-1 max-sm:grid-cols-1 max-sm:grid-rows-2" aria-busy={!pair || !isReady}>
        {pair && (
          <Choice
            key={pair.first}
            id={pair.first}
            state={first}
            label={t('duel.first')}
            hasText={hasTexts}
            onChoose={() => duels.choose('first')}
          />
        )}
        {pair && (
          <Choice
            key={pair.second}
            id={pair.second}
            state={second}
            label={t('duel.second')}
            hasText={hasTexts}
            onChoose={() => duels.choose('second')}
          />
        )}
        {!pair && (
          <p role="status" class="col-span-full row-span-full grid place-items-center p-4 text-muted">
            {t('duel.choosing')}
          </p>
        )}
      </div>
      <footer class="flex items-center justify-center gap-4 border-t border-line p-2">
        <Button isDisabled={!pair} onClick={() => duels.skip()}>
          {t('duel.skip')}
        </Button>
        <p class={`text-xs text-muted ${duels.isRepeating.value ? '' : 'max-sm:hidden'}`} role="status">
          {t(duels.isRepeating.value ? 'duel.repeating' : 'duel.hint')}
        </p>
      </footer>
    </>
  );
}

interface ChoiceProps {
  id: string;
  state: PictureState | undefined;
  label: string;
  /** Whether what the work says of itself is below its picture: it sways, so it is shown on demand only. */
  hasText: boolean;
  onChoose: () => void;
}

function Choice({ id, state, label, hasText, onChoose }: ChoiceProps) {
  const row = rowOf(id).value;
  return (
    <div class="flex min-h-0 min-w-0 flex-col">
      <button
        type="button"
        class="relative min-h-0 min-w-0 flex-1 hover:bg-line focus-visible:outline-offset-[-3px]"
        aria-label={`${label}: ${row ? altOf(row) : t('common.loading')}`}
        onClick={onChoose}
      >
        {row && state === 'shown' && (
          <img
            src={largeOf(row)}
            alt=""
            width={row.width}
            height={row.height}
            draggable={false}
            class="absolute inset-0 h-full w-full object-contain"
          />
        )}
        {state === 'lost' && <span class="text-muted">{t('works.gone')}</span>}
      </button>
      {hasText && row && <Text row={row} />}
    </div>
  );
}

/** The whole text of a work; a long one scrolls, at most half as high as its picture's place. */
function Text({ row: { title, prompt, name } }: { row: WorkRow }) {
  const heading = title ?? (prompt === null ? name : null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls is reached by the keyboard
    <section aria-label={t('duel.textOf', { name })} tabIndex={0} class="max-h-1/2 shrink-0 overflow-y-auto bg-raised p-2 text-sm">
      {heading !== null && (
        <p class="font-medium break-words" dir="auto">
          {heading}
        </p>
      )}
      {prompt !== null && (
        <p class="break-words whitespace-pre-wrap" dir="auto">
          {prompt}
        </p>
      )}
    </section>
  );
}
