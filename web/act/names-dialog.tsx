import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { type NameKind, namesInUse } from '../api/names.ts';
import type { WorkRow } from '../api/works.ts';
import { type NameShown, NamesField } from '../form/names-field.tsx';
import { chosenCount, chosenWorks } from '../gallery/selection.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { act } from './operations.ts';

/** Rows that are looked at for the names of works that are chosen one by one. */
const mostRows = 100;

/** Names that the chosen works have, with how many have them. */
async function namesOfChosen(kind: NameKind): Promise<NameShown[]> {
  const which = chosenWorks();
  const facet = kind === 'tags' ? 'tag' : 'collection';
  if ('query' in which) {
    const { facets } = await ask<{ facets: Record<string, { name: string; works: number }[]> }>('facets', {
      query: { query: which.query, facets: facet },
    });
    return (facets[facet] ?? []).map(({ name, works }) => ({ name, count: works }));
  }
  const { works } = await ask<{ works: WorkRow[] }>('works/rows', { query: { ids: which.ids.slice(0, mostRows).join(',') } });
  const counts = new Map<string, number>();
  for (const row of works) for (const name of row[kind]) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

const fieldsFor = { tags: ['addTags', 'removeTags'], collections: ['addCollections', 'removeCollections'] } as const;

/** Adds tags or collections to the chosen works, and takes them away. */
export function NamesDialog({ kind, onClose }: { kind: NameKind; onClose: () => void }) {
  const [names, setNames] = useState<NameShown[]>([]);
  const [known, setKnown] = useState<string[]>([]);
  const load = (): Promise<void> => namesOfChosen(kind).then(setNames, tellError);
  useEffect(() => {
    load();
    namesInUse(kind).then(setKnown, tellError);
  }, []);
  const [add, remove] = fieldsFor[kind];
  const run = async (change: Record<string, string[]>): Promise<void> => {
    await act({ action: 'change', change }, chosenWorks(), chosenCount.peek());
    await load();
  };
  return (
    <Dialog title={t(kind === 'tags' ? 'act.tagsTitle' : 'act.collectionsTitle', { n: chosenCount.value })} onClose={onClose}>
      <p class="mb-3 text-sm text-muted">{t(kind === 'tags' ? 'act.tagsHint' : 'act.collectionsHint')}</p>
      <NamesField
        label={t(kind === 'tags' ? 'act.tags' : 'act.collections')}
        hint={t(kind === 'tags' ? 'names.addTags' : 'names.addCollections')}
        names={names}
        known={known}
        onAdd={(added) => run({ [add]: added })}
        onRemove={(name) => void run({ [remove]: [name] })}
      />
      <div class="mt-4 flex justify-end">
        <Button kind="main" onClick={onClose}>
          {t('act.finish')}
        </Button>
      </div>
    </Dialog>
  );
}
