import { useState } from 'preact/hooks';
import type { OptionRow } from '../../lib/server/api/settings/option-view.ts';
import { t } from '../texts/text.ts';
import { Field, fieldLook, InputField } from './field.tsx';

/** Values by the path of the option: `optimizer.kind`. Options at their default are absent. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** cfgScale: "Cfg scale"; optimizer.weightDecay: "Optimizer weight decay". */
export function optionName(path: string): string {
  const words = path
    .replaceAll('.', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `{ 'optimizer.kind': 'lion' }` as `{ optimizer: { kind: 'lion' } }` */
export function nested(values: OptionValues): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const parts = path.split('.');
    const last = parts.pop() ?? path;
    let at = root;
    for (const part of parts) {
      const inner = at[part];
      const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
      at[part] = next;
      at = next;
    }
    at[last] = value;
  }
  return root;
}

interface OptionFieldsProps {
  rows: readonly OptionRow[];
  values: OptionValues;
  onChange: (path: string, value: unknown) => void;
}

/** Every option of a call in its groups, with its help and bounds. */
export function OptionFields({ rows, values, onChange }: OptionFieldsProps) {
  const [wanted, setWanted] = useState('');
  const words = wanted.trim().toLowerCase();
  const shown = rows.filter(({ name, help }) => words === '' || `${optionName(name)} ${help}`.toLowerCase().includes(words));
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
        const changed = own.filter(({ name }) => values[name] !== undefined).length;
        return (
          <details key={group} open={words !== ''} class="rounded-md border border-line">
            <summary class="min-h-9 cursor-pointer px-3 py-2 text-sm font-medium">
              {group}
              {changed > 0 && <span class="ml-2 font-normal text-accent">{t('option.changed', { n: changed })}</span>}
            </summary>
            <div class="grid gap-3 p-3 sm:grid-cols-2">
              {own.map((row) => (
                <OptionField key={row.name} row={row} value={values[row.name]} onChange={(value) => onChange(row.name, value)} />
              ))}
            </div>
          </details>
        );
      })}
      {shown.length === 0 && <p class="text-sm text-muted">{t('option.none')}</p>}
    </div>
  );
}

interface OptionFieldProps {
  row: OptionRow;
  value: unknown;
  onChange: (value: unknown) => void;
}

function OptionField({ row, value, onChange }: OptionFieldProps) {
  const { name, help, kind, choices, min, max, default: usual } = row;
  // A list as it is typed is no list yet, so its text is kept.
  const [typed, setTyped] = useState(value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
  const text = value === undefined ? '' : kind === 'object' ? typed : String(value);
  const defaultText = usual === null ? t('option.default') : t('option.defaultIs', { value: String(usual) });
  const isNumber = kind === 'number' || kind === 'integer';
  if (kind !== 'choice' && kind !== 'boolean')
    return (
      <InputField
        label={optionName(name)}
        hint={help}
        type={isNumber ? 'number' : 'text'}
        min={min ?? undefined}
        max={max ?? undefined}
        step={kind === 'integer' ? 1 : 'any'}
        placeholder={defaultText}
        value={text}
        onInput={(given) => {
          setTyped(given);
          onChange(given === '' ? undefined : isNumber ? Number(given) : kind === 'object' ? readList(given) : given);
        }}
      />
    );
  return (
    <Field label={optionName(name)} hint={help}>
      {(ids) => (
        <select
          {...ids}
          class={fieldLook}
          value={text}
          onChange={({ currentTarget: { value: chosen } }) =>
            onChange(chosen === '' ? undefined : kind === 'boolean' ? chosen === 'true' : chosen)
          }
        >
          <option value="">{defaultText}</option>
          {(choices ?? ['true', 'false']).map((one) => (
            <option key={one} value={one}>
              {kind === 'boolean' ? t(one === 'true' ? 'option.yes' : 'option.no') : one}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Text of an option that takes lists or tables: JSON, else names with commas. */
function readList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.split(',').map((one) => one.trim());
  }
}
