import { useState } from 'preact/hooks';
import type { OptionRow } from '../../lib/server/api/settings/option-view.ts';
import { isAdmin } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import { fieldLook } from './field.tsx';
import { OptionField } from './option-field.tsx';
import { type OptionValues, optionName } from './option-text.ts';

interface OptionFieldsProps {
  rows: readonly OptionRow[];
  values: OptionValues;
  /** `value` undefined: its default. */
  onChange: (path: string, value: unknown) => void;
  /** Two fields in a row where there is room. */
  isWide?: boolean;
}

/** Pictures have places of their own in a form; files of the server are for administrators. */
const isOffered = ({ kind, admin, name }: OptionRow, values: OptionValues): boolean =>
  kind !== 'picture' && (!admin || isAdmin.value || values[name] !== undefined);

/** Every option of a call in its groups, with its help and bounds. */
export function OptionFields({ rows, values, onChange, isWide = false }: OptionFieldsProps) {
  const [wanted, setWanted] = useState('');
  const words = wanted.trim().toLowerCase();
  const isWanted = ({ name, help }: OptionRow): boolean =>
    words === '' || `${name} ${optionName(name)} ${help}`.toLowerCase().includes(words);
  const shown = rows.filter((row) => isOffered(row, values) && isWanted(row));
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <div class="flex flex-col gap-2">
      <input
        type="search"
        class={fieldLook}
        aria-label={t('option.find')}
        placeholder={t('option.find')}
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      {groups.map((group) => {
        const own = shown.filter((row) => row.group === group);
        return <Group key={group} {...{ group, values, onChange, isWide }} rows={own} isOpen={words !== ''} />;
      })}
      {shown.length === 0 && words !== '' && <p class="text-sm text-muted">{t('option.none')}</p>}
    </div>
  );
}

function Group({ group, rows, values, onChange, isWide, isOpen }: OptionFieldsProps & { group: string; isOpen: boolean }) {
  const changed = rows.filter(({ name }) => values[name] !== undefined).map(({ name }) => name);
  return (
    <details class="rounded-md border border-line" open={isOpen}>
      <summary class="min-h-10 cursor-pointer px-3 py-2 text-sm font-medium select-none">
        {group} <span class="font-normal text-muted">{rows.length}</span>
        {changed.length > 0 && <span class="ml-2 font-normal text-accent">{t('option.changed', { n: changed.length })}</span>}
      </summary>
      <fieldset aria-label={group} class={`grid gap-4 p-3 pt-1 ${isWide ? 'sm:grid-cols-2' : ''}`}>
        {changed.length > 1 && (
          <div class="col-span-full">
            <Button
              onClick={() => {
                for (const name of changed) onChange(name, undefined);
              }}
            >
              {t('option.resetGroup', { group })}
            </Button>
          </div>
        )}
        {rows.map((row) => (
          <OptionField key={row.name} row={row} value={values[row.name]} onChange={(value) => onChange(row.name, value)} />
        ))}
      </fieldset>
    </details>
  );
}
