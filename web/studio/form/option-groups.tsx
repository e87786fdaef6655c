import { useComputed, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { tell } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { changes, draft, load, resetOptions } from './draft.ts';
import { fieldLook, OptionField } from './option-field.tsx';
import { isListed, type OptionRow, rowsOf } from './options.ts';

/** Pictures that only some models take: see start/guides.tsx. */
const isPicture = ({ name }: OptionRow): boolean => name === 'referenceImages' || name === 'controlImage';

function groupsOf(rows: readonly OptionRow[]): [string, OptionRow[]][] {
  const groups = new Map<string, OptionRow[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups];
}

/** Every option of the server's table, in its groups. */
export function OptionGroups() {
  const wanted = useSignal('');
  const id = useId();
  const groups = useComputed(() => {
    const words = wanted.value.trim().toLowerCase();
    const rows = (rowsOf(draft.value.kind) ?? []).filter((row) => isListed(row) && !isPicture(row));
    return groupsOf(words === '' ? rows : rows.filter(({ name, help }) => `${name} ${help}`.toLowerCase().includes(words)));
  });
  const resetAll = (): void => {
    const before = draft.value;
    resetOptions(Object.keys(before.options));
    tell(t('studio.resetDone'), { action: { label: t('common.undo'), run: () => load(before) } });
  };
  return (
    <section aria-labelledby={id} class="flex flex-col gap-2">
      <div class="flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} class="font-semibold">
          {t('studio.options')}
        </h2>
        {changes.value > 0 && <Button onClick={resetAll}>{t('studio.resetAll', { n: changes.value })}</Button>}
      </div>
      <input
        type="search"
        class={fieldLook}
        aria-label={t('studio.findOption')}
        placeholder={t('studio.findOption')}
        value={wanted.value}
        onInput={(event) => {
          wanted.value = event.currentTarget.value;
        }}
      />
      {groups.value.map(([group, rows]) => (
        <Group key={group} group={group} rows={rows} isOpen={wanted.value.trim() !== ''} />
      ))}
      {groups.value.length === 0 && wanted.value !== '' && <p class="text-sm text-muted">{t('studio.noOption')}</p>}
    </section>
  );
}

function Group({ group, rows, isOpen }: { group: string; rows: readonly OptionRow[]; isOpen: boolean }) {
  const changed = rows.filter(({ name }) => draft.value.options[name] !== undefined).map(({ name }) => name);
  return (
    <details class="rounded-md border border-line" open={isOpen}>
      <summary class="min-h-10 cursor-pointer px-3 py-2 text-sm font-medium select-none">
        {group} <span class="font-normal text-muted">{rows.length}</span>
        {changed.length > 0 && <span class="ml-2 font-normal text-accent">{t('studio.changedCount', { n: changed.length })}</span>}
      </summary>
      <fieldset aria-label={group} class="flex flex-col gap-4 p-3 pt-1">
        {changed.length > 1 && (
          <div>
            <Button onClick={() => resetOptions(changed)}>{t('studio.resetGroup', { group })}</Button>
          </div>
        )}
        {rows.map((row) => (
          <OptionField key={row.name} row={row} />
        ))}
      </fieldset>
    </details>
  );
}
