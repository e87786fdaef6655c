import { useEffect, useState } from 'preact/hooks';
import { isAdmin } from '../api/session.ts';
import { chosenWorks } from '../gallery/selection.ts';
import { loadColumns } from '../gallery/shown-works.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { act, countFor } from './operations.ts';

/** Deletes files for ever: the only action without a way back, so the number of works must be typed. */
export function PurgeDialog({ onClose }: { onClose: () => void }) {
  const [which] = useState(chosenWorks);
  const [n, setN] = useState<number | undefined>(undefined);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (isAdmin.value) countFor('purge', which).then(setN, tellError);
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (n === undefined || typed.trim() !== String(n)) return;
    onClose();
    await act('purge', which, n);
    await loadColumns();
  };
  if (!isAdmin.value)
    return (
      <Dialog title={t('act.purge')} onClose={onClose}>
        <p>{t('act.purgeNeedsAdmin')}</p>
      </Dialog>
    );
  return (
    <Dialog title={t('act.purge')} onClose={onClose}>
      <form class="flex flex-col gap-3 text-sm" onSubmit={(event) => void submit(event)}>
        <p>{n === undefined ? t('common.loading') : t('act.purgeExplain', { n })}</p>
        <label class="flex flex-col gap-1 font-medium">
          {t('act.purgeType', { number: String(n ?? '') })}
          <input
            inputMode="numeric"
            autocomplete="off"
            class="rounded-md border border-line bg-paper px-3 py-2 font-normal"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div class="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="danger" isDisabled={n === undefined || typed.trim() !== String(n)}>
            {t('act.purge')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
