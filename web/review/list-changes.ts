import { onEvent } from '../api/events.ts';
import { refreshRow } from '../api/works.ts';

const listKinds = ['work.filed', 'work.trashed', 'work.restored', 'work.removed', 'works.reload', 'reset'];
/** Many changes at once cause one request. */
const soonMs = 800;

/**
 * Calls back when works may have come, gone, or been decided about by others, until the returned function is called.
 *
 * @param isOwn whether a change of this work is known here already
 */
export function onListChange(changed: () => void, isOwn: (id: string) => boolean = () => false): () => void {
  let timer: number | undefined;
  const soon = (): void => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      changed();
    }, soonMs);
  };
  const stops = [
    ...listKinds.map((kind) => onEvent(kind, soon)),
    onEvent('work.changed', (data) => {
      const { id } = data as { id: string };
      if (isOwn(id)) return;
      refreshRow(id);
      soon();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
