import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { whenSignedIn } from '../api/session.ts';
import { rowOf } from '../api/works.ts';
import { selection } from '../gallery/shown-works.ts';
import { handleKeys } from '../keys/listen.ts';
import { goBack, hrefOf, place, setQuery } from '../navigate/router.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { isOwnDecision } from '../review/decision-queue.ts';
import { largeOf, preload, usePicture } from '../review/decoded.ts';
import { onListChange } from '../review/list-changes.ts';
import { t } from '../texts/text.ts';
import { Controls } from './controls.tsx';
import { CullHeader } from './cull-header.tsx';
import { CullSession, type Decision } from './cull-session.ts';
import { Finished } from './finished.tsx';
import { Stage } from './stage.tsx';

/** Pictures that are read ahead. */
const ahead = 3;
/** The address follows the picture once it rests: browsers allow few changes in a short time. */
const restMs = 400;

function useSession(): CullSession {
  const { query, sort } = selection.value;
  const { pass, all, at } = place.value.query;
  const wish = { query, sort, pass: pass === 'stars' ? ('stars' as const) : ('flags' as const), isAll: all === '1' };
  const session = useMemo(() => new CullSession(wish), [JSON.stringify(wish)]);
  useEffect(() => {
    const abort = new AbortController();
    session.load(abort.signal, at);
    const stop = onListChange(() => session.load(abort.signal), isOwnDecision);
    return () => {
      abort.abort();
      stop();
    };
  }, [session]);
  const id = session.current.value;
  useEffect(() => {
    if (id === undefined) return;
    const timer = setTimeout(() => place.peek().query['at'] !== id && setQuery({ at: id }, { replace: true }), restMs);
    return () => clearTimeout(timer);
  }, [id]);
  return session;
}

/** One picture after the other, decided with one key each. */
export function CullPage() {
  const session = useSession();
  const id = session.isFinished.value ? undefined : session.current.value;
  const row = id === undefined ? undefined : rowOf(id).value;
  const state = usePicture(row ? largeOf(row) : undefined);
  useEffect(() => {
    if (id !== undefined) preload(session.near(ahead));
  }, [id]);

  const close = (): void => goBack(hrefOf('', { q: place.value.query['q'], sort: place.value.query['sort'] }));
  const undo = (): void => session.undo();
  /** Nobody decides about a picture that they do not see yet. */
  const decide = (decision: Decision): void => {
    if (id !== undefined && state !== 'loading') whenSignedIn(() => session.decide(decision));
  };
  const setPass = (change: { pass?: string | undefined; all?: string | undefined }): void =>
    setQuery({ at: undefined, ...change }, { replace: true });
  // Before the next key can come, which is meant for what is shown now.
  useLayoutEffect(() =>
    handleKeys({
      rate: (key) => decide({ rating: key === '0' ? null : Number(key) }),
      pick: () => decide({ flag: 'pick' }),
      reject: () => decide({ flag: 'reject' }),
      unflag: () => decide({ flag: 'none' }),
      next: () => id !== undefined && session.next(),
      previous: () => session.previous(),
      undoDecision: undo,
      close,
    }),
  );

  const act = {
    left: () => session.next(),
    right: () => session.previous(),
    up: () => decide({ flag: 'pick' }),
    down: () => decide({ flag: 'reject' }),
  };
  return (
    <div class="absolute inset-0 flex flex-col bg-paper">
      <CullHeader session={session} name={row?.name} onClose={close} onUndo={undo} onPass={setPass} />
      <Shown
        session={session}
        onUndo={undo}
        onPass={(change) => setPass(change.pass ? { pass: change.pass, all: undefined } : change)}
        onClose={close}
      />
      {id !== undefined && (
        <>
          <Stage row={row} state={state} onSwipe={(to) => act[to]()} />
          <footer class="flex flex-col items-center gap-1 border-t border-line px-2 py-2">
            <div class="flex w-full max-w-2xl items-center justify-center gap-1">
              <span class="max-sm:hidden">
                <IconButton icon="back" label={t('cull.previous')} onClick={() => session.previous()} />
              </span>
              <Controls row={row} onDecide={decide} />
              <span class="max-sm:hidden">
                <IconButton icon="forward" label={t('cull.skip')} onClick={() => session.next()} />
              </span>
            </div>
            <p class="text-xs text-muted max-sm:hidden">{t('cull.hint')}</p>
            <p class="text-xs text-muted sm:hidden">{t('cull.hintTouch')}</p>
          </footer>
        </>
      )}
    </div>
  );
}

interface ShownProps {
  session: CullSession;
  onUndo: () => void;
  onPass: (change: { pass?: 'stars'; all?: '1' }) => void;
  onClose: () => void;
}

/** What stands in place of a picture. */
function Shown({ session, onUndo, onPass, onClose }: ShownProps) {
  if (session.error.value && session.scope.value === undefined)
    return (
      <div role="alert" class="flex flex-col items-start gap-3 p-8">
        <p>{session.error.value.message}</p>
        <span class="flex gap-2">
          <Button onClick={() => session.load(new AbortController().signal)}>{t('common.retry')}</Button>
          <Button onClick={onClose}>{t('common.back')}</Button>
        </span>
      </div>
    );
  if (session.scope.value === undefined) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  return session.isFinished.value ? <Finished session={session} onUndo={onUndo} onPass={onPass} /> : null;
}
