import { chosenWorks } from '../gallery/selection.ts';
import { ShareDialog } from '../share/share-dialog.tsx';
import { actDialog } from './chosen-actions.ts';
import { HistoryDialog } from './history-dialog.tsx';
import { NamesDialog } from './names-dialog.tsx';
import { PurgeDialog } from './purge-dialog.tsx';

/** The dialogs of the action bar: loaded when the first of them is opened. */
export function ActDialogs() {
  const which = actDialog.value;
  const close = (): void => {
    actDialog.value = undefined;
  };
  if (which === 'history') return <HistoryDialog onClose={close} />;
  if (which === 'purge') return <PurgeDialog onClose={close} />;
  if (which === 'share') return <ShareDialog which={chosenWorks()} title="" onClose={close} />;
  return which ? <NamesDialog key={which} kind={which} onClose={close} /> : null;
}
