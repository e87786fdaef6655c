import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tellError } from '../parts/notices.tsx';
import { t, timeText } from '../texts/text.ts';
import { type Operation, undo } from './operations.ts';

/** The latest changes of many works, each with its way back. */
export function HistoryDialog({ onClose }: { onClose: () => void }) {
  const [operations, setOperations] = useState<Operation[] | undefined>(undefined);
  const load = (): Promise<void> =>
    ask<{ operations: Operation[] }>('operations').then((answer) => setOperations(answer.operations), tellError);
  useEffect(() => {
    load();
  }, []);
  return (
    <Dialog title={t('act.history')} onClose={onClose} isWide>
      {!operations && <p>{t('common.loading')}</p>}
      {operations?.length === 0 && <p>{t('act.historyEmpty')}</p>}
      <ol class="divide-y divide-line text-sm">
        {operations?.map((one) => (
          <li key={one.id} class="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span class="min-w-0 flex-1 basis-60 break-words" dir="auto">
              {t(`act.what.${one.action}`)}
              {one.action === 'rename' && ` (${one.what})`}
            </span>
            <span class="text-muted">{t('act.changed', { n: one.changed })}</span>
            <time class="text-muted" dateTime={one.startedAt}>
              {timeText(one.startedAt)}
            </time>
            <span class="w-20 text-right">
              {one.undoable ? (
                <Button onClick={() => void undo(one.id).then(load)}>{t('common.undo')}</Button>
              ) : (
                <span class="text-muted">{one.undoneAt ? t('act.wasUndone') : t(`act.state.${one.state}`)}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
