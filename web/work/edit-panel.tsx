import { useEffect, useState } from 'preact/hooks';
import { type NameKind, namesInUse } from '../api/names.ts';
import { mayPaint, whenSignedIn } from '../api/session.ts';
import { changeWork, type FullWork, type WorkRow } from '../api/works.ts';
import { NamesField } from '../form/names-field.tsx';
import { Button } from '../parts/button.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { EditText } from './edit-text.tsx';

const texts = [
  { field: 'title', label: 'edit.title', longest: 1000, rows: 1 },
  { field: 'altText', label: 'edit.altText', longest: 5000, rows: 3 },
  { field: 'note', label: 'edit.note', longest: 20_000, rows: 3 },
] as const;

const nameFields = {
  tags: { label: 'act.tags', hint: 'names.addTags', add: 'addTags', remove: 'removeTags' },
  collections: { label: 'act.collections', hint: 'names.addCollections', add: 'addCollections', remove: 'removeCollections' },
} as const;

interface EditPanelProps {
  row: WorkRow;
  work: FullWork;
  /** The work as it is after a text was saved. */
  onChange?: (work: FullWork) => void;
}

/** What a person says about a work: texts, tags, collections, whether it is hidden. Each is saved by itself. */
export function EditPanel({ row, work, onChange }: EditPanelProps) {
  const [now, setNow] = useState(work);
  useEffect(() => setNow(work), [work]);
  const shown = now.id === work.id ? now : work;
  if (!mayPaint.value)
    return (
      <div class="flex flex-col items-start gap-2 text-sm">
        <p class="text-muted">{t('edit.needsToken')}</p>
        <Button onClick={() => whenSignedIn(() => undefined)}>{t('session.signIn')}</Button>
      </div>
    );
  return (
    <section aria-label={t('edit.panel')} class="flex flex-col gap-4 text-sm">
      {texts.map(({ field, label, longest, rows }) => (
        <EditText
          key={`${work.id} ${field}`}
          work={shown}
          field={field}
          label={t(label)}
          longest={longest}
          rows={rows}
          onSaved={(saved) => {
            setNow(saved);
            onChange?.(saved);
          }}
        />
      ))}
      <Names kind="tags" row={row} />
      <Names kind="collections" row={row} />
      <label class="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          class="accent-accent"
          checked={row.hidden}
          onChange={(event) => void changeWork(row.id, { hidden: event.currentTarget.checked }).catch(tellError)}
        />
        {t('edit.hidden')}
      </label>
    </section>
  );
}

function Names({ kind, row }: { kind: NameKind; row: WorkRow }) {
  const [known, setKnown] = useState<string[]>([]);
  const { label, hint, add, remove } = nameFields[kind];
  useEffect(() => {
    namesInUse(kind).then(setKnown, tellError);
  }, [kind]);
  return (
    <div class="flex flex-col gap-1">
      <h3 class="font-semibold">{t(label)}</h3>
      <NamesField
        label={t(label)}
        hint={t(hint)}
        names={row[kind].map((name) => ({ name }))}
        known={known}
        onAdd={(names) => changeWork(row.id, { [add]: names })}
        onRemove={(name) => void changeWork(row.id, { [remove]: [name] }).catch(tellError)}
      />
    </div>
  );
}
