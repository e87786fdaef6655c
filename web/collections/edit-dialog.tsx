import { useState } from 'preact/hooks';
import type { CollectionRow } from '../api/names.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { t } from '../texts/text.ts';

interface EditDialogProps {
  collection: CollectionRow;
  /** Of all collections: taking the name of another one merges them. */
  names: readonly string[];
  onSave: (name: string, description: string) => void;
  onClose: () => void;
}

/** Name and text of a collection. */
export function EditDialog({ collection, names, onSave, onClose }: EditDialogProps) {
  const [name, setName] = useState(collection.name);
  const [description, setDescription] = useState(collection.description);
  const wanted = name.trim();
  const isMerge = names.some((one) => one !== collection.name && one.toLowerCase() === wanted.toLowerCase());
  const submit = (event: Event): void => {
    event.preventDefault();
    if (wanted !== '') onSave(wanted, description);
  };
  return (
    <Dialog title={t('collections.edit')} onClose={onClose}>
      <form class="flex flex-col gap-4 text-sm" onSubmit={submit}>
        <label class="flex flex-col gap-1 font-medium">
          {t('collections.name')}
          <input
            required
            maxLength={200}
            dir="auto"
            value={name}
            class="rounded-md border border-line bg-paper px-3 py-2 font-normal"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p role="status" class="text-accent">
          {isMerge && t('collections.merges')}
        </p>
        <label class="flex flex-col gap-1 font-medium">
          {t('collections.description')}
          <textarea
            rows={4}
            maxLength={20_000}
            dir="auto"
            value={description}
            class="rounded-md border border-line bg-paper px-3 py-2 font-normal"
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </label>
        <div class="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="main">
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
