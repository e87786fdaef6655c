import { isKeysShown } from '../keys/overlay.tsx';
import { IconButton } from '../parts/button.tsx';
import { px } from '../parts/px.ts';
import { t } from '../texts/text.ts';
import { type CullSession, passes } from './cull-session.ts';

interface CullHeaderProps {
  session: CullSession;
  name: string | undefined;
  onClose: () => void;
  onUndo: () => void;
  onPass: (change: { pass?: string | undefined; all?: string | undefined }) => void;
}

/** How far it is, which pass, and the way back. */
export function CullHeader({ session, name, onClose, onUndo, onPass }: CullHeaderProps) {
  const { wish, scope, left, said, mayUndo } = session;
  const count = scope.value?.count ?? 0;
  const done = Math.max(0, count - left.value);
  return (
    <header class="relative border-b border-line">
      <div class="flex flex-wrap items-center gap-x-3 px-2 py-1">
        <IconButton icon="back" label={t('common.back')} onClick={onClose} />
        <h1 class="sr-only">{t('cull.title')}</h1>
        <p class="text-sm font-medium tabular-nums">{t('cull.progress', { done, count })}</p>
        <p class="min-w-0 flex-1 truncate text-sm text-muted" dir="auto">
          {name}
        </p>
        <p class="text-sm text-muted max-sm:order-last max-sm:basis-full max-sm:text-center" role="status" aria-live="polite">
          {said.value}
        </p>
        <IconButton icon="undo" label={t('cull.undo')} onClick={onUndo} isDisabled={!mayUndo.value} />
        <span class="max-sm:hidden">
          <IconButton
            icon="keys"
            label={t('keys.title')}
            onClick={() => {
              isKeysShown.value = true;
            }}
          />
        </span>
        <span class="flex flex-wrap items-center gap-3 text-sm max-sm:basis-full max-sm:justify-between max-sm:px-2">
          <select
            aria-label={t('cull.pass')}
            class="rounded-md border border-line bg-raised px-2 py-1.5"
            value={wish.pass}
            onChange={(event) => onPass({ pass: event.currentTarget.value === 'stars' ? 'stars' : undefined })}
          >
            {passes.map((pass) => (
              <option key={pass} value={pass}>
                {t(`cull.pass.${pass}`)}
              </option>
            ))}
          </select>
          <label class="flex min-h-9 items-center gap-2">
            <input
              type="checkbox"
              class="size-4 accent-accent"
              checked={!wish.isAll}
              onChange={(event) => onPass({ all: event.currentTarget.checked ? undefined : '1' })}
            />
            {t('cull.onlyUndecided')}
          </label>
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={t('cull.decided')}
        aria-valuemin={0}
        aria-valuemax={Math.max(count, 1)}
        aria-valuenow={done}
        class="absolute inset-x-0 -bottom-px h-0.5 bg-accent"
        style={{ width: count === 0 ? px(0) : `${(100 * done) / count}%` }}
      />
    </header>
  );
}
