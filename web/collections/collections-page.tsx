import { useEffect, useState } from 'preact/hooks';
import { follow, type Operation, report, undo } from '../act/operations.ts';
import { ask } from '../api/client.ts';
import { onEvent } from '../api/events.ts';
import { type CollectionRow, collectionsOf, queryFor } from '../api/names.ts';
import { mayPaint, whenSignedIn } from '../api/session.ts';
import { hrefOf } from '../navigate/router.ts';
import { tell, tellError } from '../parts/notices.tsx';
import { ShareDialog } from '../share/share-dialog.tsx';
import { type TextKey, t } from '../texts/text.ts';
import { CollectionCard } from './collection-card.tsx';
import { EditDialog } from './edit-dialog.tsx';

/** Other ways to put works in order. */
const others: readonly { path: string; query?: Record<string, string>; label: TextKey }[] = [
  { path: 'duplicates', label: 'duplicates.title' },
  { path: 'share', label: 'share.all' },
  { path: '', query: { trash: '1' }, label: 'collections.trash' },
];

const pathOf = (name: string): string => `collections/${encodeURIComponent(name)}`;

/** All collections, with their covers. */
export function CollectionsPage() {
  const [collections, setCollections] = useState<CollectionRow[] | undefined>(undefined);
  const [dialog, setDialog] = useState<{ kind: 'edit' | 'share'; of: CollectionRow } | undefined>(undefined);
  const load = (): void => void collectionsOf().then(setCollections, tellError);
  useEffect(() => {
    load();
    const stops = ['works.reload', 'reset'].map((type) => onEvent(type, load));
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const change = (name: string, body: { description?: string; pinned?: boolean }): Promise<unknown> =>
    ask(pathOf(name), { method: 'PATCH', body });
  const pin = (one: CollectionRow): void => whenSignedIn(() => void change(one.name, { pinned: !one.pinned }).then(load, tellError));
  const remove = async (one: CollectionRow): Promise<void> => {
    try {
      const { id, changed } = await follow(await ask<Operation>(pathOf(one.name), { method: 'DELETE' }));
      load();
      const back = async (): Promise<void> => {
        if (changed > 0) await undo(id);
        if (one.description !== '' || one.pinned || changed === 0)
          await change(one.name, { description: one.description, pinned: one.pinned });
        load();
      };
      tell(t('collections.deleted', { name: one.name }), { action: { label: t('common.undo'), run: () => void back().catch(tellError) } });
    } catch (error) {
      tellError(error);
    }
  };
  const save = async (one: CollectionRow, name: string, description: string): Promise<void> => {
    setDialog(undefined);
    try {
      if (description !== one.description) await change(one.name, { description });
      if (name !== one.name)
        report(await follow(await ask<Operation>(`${pathOf(one.name)}/rename`, { method: 'POST', body: { to: name } })));
    } catch (error) {
      tellError(error);
    }
    load();
  };
  return (
    <div class="flex flex-col gap-4 p-6">
      <div class="flex flex-wrap items-baseline gap-x-6 gap-y-2">
        <h1 class="text-2xl font-semibold">{t('nav.collections')}</h1>
        {mayPaint.value && (
          <nav aria-label={t('collections.more')} class="flex flex-wrap gap-x-4 text-sm">
            {others.map(({ path, query, label }) => (
              <a key={label} class="inline-flex min-h-6 items-center text-accent underline" href={hrefOf(path, query)}>
                {t(label)}
              </a>
            ))}
          </nav>
        )}
      </div>
      {!collections && <p class="text-muted">{t('common.loading')}</p>}
      {collections?.length === 0 && <p class="max-w-prose text-muted">{t('collections.none')}</p>}
      <ul class="grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-5" aria-label={t('nav.collections')}>
        {collections?.map((one) => (
          <CollectionCard
            key={one.name}
            collection={one}
            mayChange={mayPaint.value}
            onPin={() => pin(one)}
            onEdit={() => setDialog({ kind: 'edit', of: one })}
            onShare={() => setDialog({ kind: 'share', of: one })}
            onDelete={() => whenSignedIn(() => void remove(one))}
          />
        ))}
      </ul>
      {dialog?.kind === 'edit' && (
        <EditDialog
          collection={dialog.of}
          names={collections?.map(({ name }) => name) ?? []}
          onSave={(name, description) => void save(dialog.of, name, description)}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog?.kind === 'share' && (
        <ShareDialog
          which={{ query: queryFor('collection', dialog.of.name) }}
          title={dialog.of.name}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  );
}
