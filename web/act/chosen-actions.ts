/** What can be done with the chosen works. */
import { signal } from '@preact/signals';
import { addressOf } from '../api/client.ts';
import { idsWithout } from '../api/columns.ts';
import { whenSignedIn } from '../api/session.ts';
import { chosenCount, chosenWorks } from '../gallery/selection.ts';
import { columns } from '../gallery/shown-works.ts';
import { tell } from '../parts/notices.tsx';
import { askToPublish } from '../publish/ask.ts';
import { t } from '../texts/text.ts';
import { type Action, act } from './operations.ts';

/** The dialog over the gallery. */
export type ActDialog = 'tags' | 'collections' | 'purge' | 'history' | 'share';
export const actDialog = signal<ActDialog | undefined>(undefined);
export const openDialog = (which: ActDialog): void =>
  whenSignedIn(() => {
    actDialog.value = which;
  });

export function actOnChosen(action: Action): void {
  if (chosenCount.peek() > 0) whenSignedIn(() => void act(action, chosenWorks(), chosenCount.peek()));
}

export const change = (wanted: Extract<Action, { action: 'change' }>['change']): void => actOnChosen({ action: 'change', change: wanted });

/** Works of which posts are made at once; no network takes more in one post. */
const mostToPublish = 20;

/** Makes posts of the chosen works. */
export function publishChosen(): void {
  const which = chosenWorks();
  const list = columns.peek();
  if (chosenCount.peek() > mostToPublish || !list) return tell(t('publish.tooMany', { n: mostToPublish }), { kind: 'error' });
  askToPublish('ids' in which ? which.ids : idsWithout(list, new Set(which.except)));
}

/** Ids that fit into an address. */
const mostInAddress = 400;

/** Address of an archive or of the recipes of the chosen works; undefined: they are too many to be named one by one. */
export function exportAddress(kind: 'zip' | 'json', isTrash: boolean): string | undefined {
  const which = chosenWorks();
  if ('query' in which) return which.except ? undefined : addressOf(`export.${kind}`, { query: which.query, trashed: isTrash });
  return which.ids.length > mostInAddress ? undefined : addressOf(`export.${kind}`, { ids: which.ids.join(',') });
}

export function download(kind: 'zip' | 'json', isTrash: boolean): void {
  const href = exportAddress(kind, isTrash);
  if (href === undefined) return tell(t('act.tooManyToExport', { n: mostInAddress }), { kind: 'error' });
  const link = document.createElement('a');
  link.href = href;
  link.download = kind === 'zip' ? 'works.zip' : 'recipes.json';
  link.click();
}
