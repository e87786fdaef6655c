import { useId, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';

export interface NameShown {
  name: string;
  /** Beside the name, such as how many works have it. */
  count?: number;
}

interface NamesFieldProps {
  label: string;
  /** What the field for new names says. */
  hint: string;
  names: readonly NameShown[];
  /** Names that exist, offered for completion. */
  known: readonly string[];
  /** While it fails, the names stay in the field. */
  onAdd: (names: string[]) => Promise<unknown>;
  onRemove: (name: string) => void;
}

/** Names as chips: each can be removed, and others added, several with commas between. */
export function NamesField({ label, hint, names, known, onAdd, onRemove }: NamesFieldProps) {
  const [text, setText] = useState('');
  const list = useId();
  const submit = (event: Event): void => {
    event.preventDefault();
    const added = text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
    if (added.length === 0) return setText('');
    onAdd(added).then(() => setText((now) => (now === text ? '' : now)), tellError);
  };
  return (
    <div class="flex flex-col gap-2">
      {names.length > 0 && (
        <ul aria-label={label} class="flex flex-wrap gap-1.5">
          {names.map(({ name, count }) => (
            <li key={name} class="flex max-w-full items-center rounded-full border border-line bg-paper pl-2.5 text-sm">
              <span class="truncate" dir="auto">
                {name}
              </span>
              {count !== undefined && <span class="pl-1.5 text-muted tabular-nums">{count}</span>}
              <button
                type="button"
                class="grid size-7 shrink-0 place-items-center rounded-full hover:bg-sunken"
                aria-label={t('names.remove', { name })}
                onClick={() => onRemove(name)}
              >
                <Icon name="cross" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form class="flex gap-2" onSubmit={submit}>
        <input
          list={list}
          value={text}
          aria-label={hint}
          placeholder={hint}
          maxLength={2000}
          dir="auto"
          class="min-w-0 flex-1 rounded-md border border-line bg-paper px-3 py-1.5 text-sm"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <datalist id={list}>
          {known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button type="submit">{t('names.addButton')}</Button>
      </form>
    </div>
  );
}
