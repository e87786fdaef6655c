import { useEffect } from 'preact/hooks';
import { askToSelect } from '../gallery/selection.ts';
import { handleKeys } from '../keys/listen.ts';
import { IconButton } from '../parts/button.tsx';
import { undoShown } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { openDialog } from './chosen-actions.ts';

/** Ways into choosing and undoing that need no gesture. */
export function SelectButtons() {
  useEffect(() => handleKeys({ undo: () => undoShown() || openDialog('history') }), []);
  return (
    <span class="flex">
      <IconButton icon="select" label={t('select.start')} onClick={askToSelect} />
      <IconButton icon="history" label={t('act.history')} onClick={() => openDialog('history')} />
    </span>
  );
}
