import type { ApiError } from '../api/client.ts';
import { whenSignedIn } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';

/** Why a work is not shown at all. @param wasSeen it was, until just now */
export function NoWork({ error, wasSeen, mayHide }: { error: ApiError; wasSeen: boolean; mayHide: boolean }) {
  const isUnknown = error.status === 404;
  const isDamaged = error.code === 'ERR_DAMAGED' || error.code === 'ERR_NEWER_VERSION';
  const text = isUnknown ? t(wasSeen ? 'view.wentAway' : 'work.notFound') : isDamaged ? t('view.damaged') : error.message;
  return (
    <div role="alert" class="absolute inset-0 m-auto flex h-fit max-w-md flex-col items-center gap-3 p-6 text-center">
      <p class="font-medium">{text}</p>
      {isUnknown && mayHide && <Button onClick={() => whenSignedIn(() => undefined)}>{t('session.signIn')}</Button>}
      {isDamaged && (
        <p class="text-sm break-words text-muted" dir="auto">
          {error.message}
        </p>
      )}
    </div>
  );
}
