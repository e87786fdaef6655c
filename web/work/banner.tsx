import { whenSignedIn } from '../api/session.ts';
import { restoreWork, type WorkRow } from '../api/works.ts';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

/** What became of a work that is open: somebody may have moved it to the trash, or deleted it. */
export function Banner({ row, isRemoved }: { row: WorkRow | undefined; isRemoved: boolean }) {
  const isTrashed = row?.trashedAt !== null && row?.trashedAt !== undefined;
  return (
    <div role="status" aria-live="polite" class="pointer-events-none absolute inset-x-0 top-2 grid place-items-center px-12">
      {row && (isRemoved || isTrashed) && (
        <p class="pointer-events-auto flex items-center gap-3 rounded-lg border border-line bg-raised px-3 py-1 text-sm shadow">
          {isRemoved ? t('view.removed') : t('view.inTrash')}
          {!isRemoved && <Button onClick={() => whenSignedIn(() => restoreWork(row.id).catch(tellError))}>{t('view.restore')}</Button>}
        </p>
      )}
    </div>
  );
}
