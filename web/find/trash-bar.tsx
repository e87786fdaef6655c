import { useEffect, useState } from 'preact/hooks';
import type { Operation } from '../../lib/server/api/changes/operation-book.ts';
import { ask } from '../api/client.ts';
import { isAdmin, mayPaint, signInAsked } from '../api/session.ts';
import { columns, loadColumns } from '../gallery/shown-works.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

/** What the trash is, the way out, and, for the owner, emptying it. */
export function TrashBar() {
  const [isAsked, setAsked] = useState(false);
  const count = columns.value?.count ?? 0;
  if (!mayPaint.value)
    return (
      <p class="flex flex-wrap items-center gap-3 border-b border-line bg-raised px-3 py-2 text-sm">
        {t('find.trashNeedsToken')}
        <Button
          onClick={() => {
            signInAsked.value = { reason: 'wish' };
          }}
        >
          {t('session.signIn')}
        </Button>
      </p>
    );
  return (
    <section aria-label={t('find.trash')} class="flex flex-wrap items-center gap-3 border-b border-line bg-raised px-3 py-2 text-sm">
      <h2 class="font-semibold">{t('find.trash')}</h2>
      <p class="min-w-0 flex-1 text-muted">{t('find.trashHint')}</p>
      {isAdmin.value && count > 0 && (
        <Button kind="danger" onClick={() => setAsked(true)}>
          {t('find.emptyTrash')}
        </Button>
      )}
      <a href={hrefOf('')} class="underline">
        {t('find.leaveTrash')}
      </a>
      {isAsked && <EmptyTrash onClose={() => setAsked(false)} />}
    </section>
  );
}

/** The one change that cannot be taken back, and so asks first: with the number of works, which the server compares. */
function EmptyTrash({ onClose }: { onClose: () => void }) {
  const [total, setTotal] = useState<number | undefined>(undefined);
  useEffect(() => {
    ask<{ total: number }>('works/purge', { method: 'POST', body: { query: '', dryRun: true } }).then(
      (counted) => setTotal(counted.total),
      (error) => {
        tellError(error);
        onClose();
      },
    );
  }, []);
  const empty = async (): Promise<void> => {
    onClose();
    try {
      const { changed } = await ask<Operation>('works/purge', { method: 'POST', body: { query: '', expected: total, waitSeconds: 30 } });
      tell(t('find.trashEmptied', { n: changed }));
    } catch (error) {
      tellError(error);
    }
    loadColumns();
  };
  return (
    <Dialog title={t('find.emptyTrash')} onClose={onClose}>
      <p>{total === undefined ? t('common.loading') : t('find.emptyTrashAsk', { n: total })}</p>
      <div class="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button kind="danger" onClick={empty} isDisabled={total === undefined}>
          {t('find.emptyTrash')}
        </Button>
      </div>
    </Dialog>
  );
}
