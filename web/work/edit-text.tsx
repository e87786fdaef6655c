import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { type FullWork, fullWorkOf } from '../api/works.ts';
import { hrefOf, navigate } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { hasFields, isText, readStored, store } from '../parts/storage.ts';
import { t } from '../texts/text.ts';
import { saveText, type TextField } from './edit-save.ts';

/** A text that is not saved yet, and what it was made from; kept over a reload. */
interface Draft {
  base: string;
  text: string;
}
const isDraft = hasFields<Draft>({ base: isText, text: isText });
const draftKey = (id: string, field: TextField): string => `draft ${id} ${field}`;

interface EditTextProps {
  work: FullWork;
  field: TextField;
  label: string;
  longest: number;
  rows: number;
  onSaved: (work: FullWork) => void;
}

/** A text of a work, edited in place: saved when the field is left. What somebody else wrote meanwhile is never overwritten unseen. */
export function EditText({ work, field, label, longest, rows, onSaved }: EditTextProps) {
  const { id } = work;
  const [draft, setDraft] = useState<Draft | undefined>(() => readStored('session', draftKey(id, field), isDraft));
  const [theirs, setTheirs] = useState<string | undefined>(undefined);
  const [state, setState] = useState<'idle' | 'saving' | 'saved' | 'failed'>('idle');
  const latest = useRef({ draft, isHere: true, isSaving: false });
  const name = useId();
  latest.current.draft = draft;
  const shown = draft?.text ?? work[field] ?? '';
  const keep = (next: Draft | undefined): void => {
    latest.current.draft = next;
    store('session', draftKey(id, field), next);
    if (latest.current.isHere) setDraft(next);
  };
  const save = async (version?: string): Promise<void> => {
    const { draft: now, isSaving } = latest.current;
    if (!now || isSaving || now.text === now.base) return;
    latest.current.isSaving = true;
    if (latest.current.isHere) setState('saving');
    try {
      const outcome = await saveText({ id, field, ...now, version: version ?? work.recordVersion });
      if ('theirs' in outcome) {
        if (latest.current.isHere) setTheirs(outcome.theirs);
        else tell(t('edit.conflictLeft'), { kind: 'error', action: { label: t('edit.show'), run: () => navigate(hrefOf(`works/${id}`)) } });
      } else {
        const written = latest.current.draft;
        keep(written && written.text !== now.text ? { base: now.text, text: written.text } : undefined);
        if (latest.current.isHere) {
          setTheirs(undefined);
          onSaved(outcome.saved);
        }
      }
      setState('theirs' in outcome ? 'idle' : 'saved');
    } catch (error) {
      setState('failed');
      if (!(error instanceof ApiError && error.code === 'ERR_OFFLINE')) tellError(error);
    } finally {
      latest.current.isSaving = false;
    }
  };
  useEffect(
    () => () => {
      latest.current.isHere = false;
      void save();
    },
    [],
  );
  return (
    <div class="flex flex-col gap-1">
      <label for={name} class="flex justify-between font-semibold">
        {label}
        <span class="font-normal text-muted" aria-live="polite">
          {state === 'saving' && t('edit.saving')}
          {state === 'saved' && !draft && t('edit.saved')}
        </span>
      </label>
      <textarea
        id={name}
        data-reveal={field}
        rows={rows}
        maxLength={longest}
        dir="auto"
        value={shown}
        class="w-full resize-y rounded-md border border-line bg-paper px-2 py-1.5"
        onInput={(event) => keep({ base: draft?.base ?? work[field] ?? '', text: event.currentTarget.value })}
        onBlur={() => theirs === undefined && void save()}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      {state === 'failed' && (
        <p role="alert" class="flex items-center gap-2 text-bad">
          {t('edit.notSaved')}
          <Button onClick={() => void save()}>{t('common.retry')}</Button>
        </p>
      )}
      {theirs !== undefined && (
        <Conflict
          theirs={theirs}
          onMine={() => {
            keep({ base: theirs, text: shown });
            fullWorkOf(id).then((now) => save(now.recordVersion), tellError);
          }}
          onTheirs={() => {
            keep(undefined);
            setTheirs(undefined);
            fullWorkOf(id).then(onSaved, tellError);
          }}
        />
      )}
    </div>
  );
}

function Conflict({ theirs, onMine, onTheirs }: { theirs: string; onMine: () => void; onTheirs: () => void }) {
  return (
    <div role="alert" class="flex flex-col gap-2 rounded-md border border-bad p-2">
      <p class="font-medium">{t('edit.conflict')}</p>
      <blockquote class="max-h-40 overflow-y-auto rounded bg-sunken p-2 break-words whitespace-pre-wrap" dir="auto">
        {theirs || t('edit.empty')}
      </blockquote>
      <p class="text-muted">{t('edit.conflictHint')}</p>
      <div class="flex flex-wrap gap-2">
        <Button onClick={onMine}>{t('edit.keepMine')}</Button>
        <Button onClick={onTheirs}>{t('edit.takeTheirs')}</Button>
      </div>
    </div>
  );
}
