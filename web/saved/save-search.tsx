import { useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { whenSignedIn } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { loadSaved, saved, saveSearch } from './saved-searches.ts';

/** Keeps the query under a name. */
export function SaveSearch({ query }: { query: string }) {
  const [isOpen, setOpen] = useState(false);
  const open = (): void =>
    whenSignedIn(() => {
      loadSaved();
      setOpen(true);
    });
  const save = async (name: string): Promise<void> => {
    const before = saved.value?.find((one) => one.name === name);
    await saveSearch({ name, query });
    setOpen(false);
    const action = before && { label: t('common.undo'), run: () => saveSearch(before).catch(tellError) };
    tell(t(before ? 'find.replaced' : 'find.saved', { name }), { action });
  };
  return (
    <>
      <Button onClick={open}>{t('find.save')}</Button>
      {isOpen && <NameDialog title={t('find.save')} query={query} name="" onName={save} onClose={() => setOpen(false)} />}
    </>
  );
}

interface NameDialogProps {
  title: string;
  query: string;
  name: string;
  onName: (name: string) => Promise<void>;
  onClose: () => void;
}

/** Asks for the name of a search. What the server refuses is said beside the field. */
export function NameDialog({ title, query, name: given, onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(given);
  const [problem, setProblem] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    onName(name.trim().replace(/\s+/g, '-')).catch((error: unknown) => {
      if (error instanceof ApiError && error.code !== 'ERR_OFFLINE') setProblem(error.message);
      else tellError(error);
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="flex flex-col gap-3" onSubmit={submit}>
        <p class="max-h-24 overflow-y-auto rounded bg-sunken p-2 text-sm break-words" dir="auto">
          {query}
        </p>
        <label class="flex flex-col gap-1 text-sm">
          {t('find.name')}
          <input
            class="rounded-md border border-line bg-paper px-3 py-2"
            value={name}
            required
            maxLength={200}
            autocomplete="off"
            dir="auto"
            aria-describedby="name-of-search"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p id="name-of-search" class={`text-sm ${problem === '' ? 'text-muted' : 'text-bad'}`} role={problem === '' ? undefined : 'alert'}>
          {problem === '' ? t('find.nameHint') : problem}
        </p>
        <div class="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="main" type="submit">
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
