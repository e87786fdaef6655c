/** Short messages at the edge of the page: what happened, and a way back. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { signInAsked } from '../api/session.ts';
import { page } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface Notice {
  id: number;
  text: string;
  kind: 'plain' | 'error';
  /** A way back, or to what it is about. */
  action?: { label: string; run: () => void } | undefined;
  /** The page that it is about; elsewhere it would only cover something. */
  page?: string | undefined;
}

const shownMs = 8000;
/** Older ones go. */
const most = 4;
let count = 0;
const notices = signal<readonly Notice[]>([]);

function remove(id: number): void {
  notices.value = notices.value.filter((one) => one.id !== id);
}

export function tell(text: string, { kind = 'plain', action, page }: Partial<Pick<Notice, 'kind' | 'action' | 'page'>> = {}): void {
  const id = count++;
  // The same trouble is told once, however many requests meet it.
  const others = notices.value.filter((one) => kind !== 'error' || action !== undefined || one.text !== text);
  notices.value = [...others.slice(1 - most), { id, text, kind, action, page }];
  if (kind === 'plain') setTimeout(() => remove(id), shownMs);
}

/** Takes the newest change back whose notice is still there. @returns whether there was one */
export function undoShown(): boolean {
  const notice = notices.peek().findLast(({ action }) => action?.label === t('common.undo'));
  if (!notice) return false;
  remove(notice.id);
  notice.action?.run();
  return true;
}

/** What a failed request said; with its id, by which the server's log has it. */
export function tellError(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  if (!(error instanceof ApiError)) return tell(t('error.unknown', { message: String(error) }), { kind: 'error' });
  if (error.code === 'ERR_OFFLINE') return tell(t('error.offline'), { kind: 'error' });
  const id = error.requestId === undefined ? '' : ` ${t('error.request', { id: error.requestId })}`;
  const signIn = (): void => {
    signInAsked.value = { reason: 'wish' };
  };
  const action = error.status === 401 ? { label: t('session.signIn'), run: signIn } : undefined;
  tell(`${error.message}${id}`, { kind: 'error', action });
}

export function Notices() {
  useEffect(() => {
    notices.value = notices.peek().filter((one) => one.page === undefined || one.page === page.value);
  }, [page.value]);
  return (
    <div
      class="pointer-events-none fixed inset-x-0 bottom-16 z-50 flex flex-col items-center gap-2 p-3 md:bottom-2"
      role="status"
      aria-live="polite"
    >
      {notices.value.map(({ id, text, kind, action }) => (
        <div
          key={id}
          class={`pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg border bg-raised px-4 py-2 text-sm shadow-lg ${kind === 'error' ? 'border-bad' : 'border-line'}`}
        >
          <span class="min-w-0 break-words" dir="auto">
            {text}
          </span>
          {action && (
            <Button
              onClick={() => {
                remove(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <button type="button" class="rounded p-1 hover:bg-sunken" aria-label={t('common.close')} onClick={() => remove(id)}>
            <Icon name="cross" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
