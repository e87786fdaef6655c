import { useId } from 'preact/hooks';
import { t } from '../../texts/text.ts';
import { draft, setOption } from './draft.ts';
import { type OptionRow, textOf, valueOfText } from './options.ts';

export const fieldLook = 'min-h-9 w-full rounded-md border border-line bg-raised px-2 py-1 text-sm font-normal';

/** cfgScale: "Cfg scale"; hires.denoisingStrength: "Denoising strength". */
export function nameText(name: string): string {
  const words = (name.split('.').at(-1) ?? name).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value outside of the bounds of an option, in words; undefined: it is inside. */
function problemOf({ kind, min, max }: OptionRow, value: unknown): string | undefined {
  if ((kind !== 'number' && kind !== 'integer') || value === undefined) return undefined;
  const isInside = typeof value === 'number' && (min === null || value >= min) && (max === null || value <= max);
  if (isInside && (kind === 'number' || Number.isInteger(value))) return undefined;
  return t('studio.bounds', { min: min ?? '', max: max ?? '' });
}

/** An option of the table: its field, what it does, and whether it differs from its default. */
export function OptionField({ row }: { row: OptionRow }) {
  const id = useId();
  const value = draft.value.options[row.name];
  const isChanged = value !== undefined;
  const problem = problemOf(row, value);
  return (
    <div class={`border-l-2 pl-3 ${isChanged ? 'border-accent' : 'border-transparent'}`}>
      <div class="flex min-h-7 items-center justify-between gap-2">
        <label for={id} class="text-sm font-medium">
          {nameText(row.name)}
        </label>
        {isChanged && (
          <button
            type="button"
            class="min-h-6 rounded px-2 text-xs text-accent hover:bg-sunken"
            aria-label={t('studio.resetOne', { name: nameText(row.name) })}
            onClick={() => setOption(row.name, undefined)}
          >
            {t('studio.changed')} · {t('studio.reset')}
          </button>
        )}
      </div>
      <Value id={id} row={row} value={value} isWrong={problem !== undefined} />
      <p id={`${id}-help`} class="mt-0.5 text-xs text-muted">
        {row.help}
        {row.needs !== null && ` ${t('studio.needs', { option: row.needs })}`}
      </p>
      {problem !== undefined && (
        <p role="alert" class="text-xs text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

interface ValueProps {
  id: string;
  row: OptionRow;
  value: unknown;
  isWrong: boolean;
}

function Value({ id, row: { name, kind, choices, min, max, default: usual }, value, isWrong }: ValueProps) {
  const common = { id, class: fieldLook, 'aria-describedby': `${id}-help`, 'aria-invalid': isWrong };
  if (kind === 'choice' || kind === 'boolean' || name === 'hires') {
    const items = choices?.map((one) => [one, one] as const) ?? [
      ['true', t('studio.yes')],
      ['false', t('studio.no')],
    ];
    return (
      <select
        {...common}
        value={value === undefined ? '' : String(value)}
        onChange={({ currentTarget: { value: text } }) => setOption(name, choices ? text : text === '' ? undefined : text === 'true')}
      >
        <option value="">{usual === null ? t('studio.default') : t('studio.defaultIs', { value: plainText(usual) })}</option>
        {items.map(([one, label]) => (
          <option key={one} value={one}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'number' || kind === 'integer')
    return (
      <input
        {...common}
        type="number"
        inputMode={kind === 'integer' ? 'numeric' : 'decimal'}
        min={min ?? undefined}
        max={max ?? undefined}
        step={kind === 'integer' ? 1 : 'any'}
        placeholder={usual === null ? t('studio.default') : plainText(usual)}
        value={value === undefined ? '' : String(value)}
        onInput={({ currentTarget: { value: text } }) => setOption(name, text === '' ? undefined : Number(text))}
      />
    );
  return (
    <input
      {...common}
      type="text"
      dir="auto"
      autocomplete="off"
      placeholder={t('studio.default')}
      // Lists are read when the person leaves the field, so that a comma can be typed.
      defaultValue={textOf(name, value)}
      key={textOf(name, value)}
      onChange={({ currentTarget: { value: text } }) => setOption(name, kind === 'object' ? valueOfText(name, text) : text)}
    />
  );
}

const plainText = (value: unknown): string => (value === true ? t('studio.yes') : value === false ? t('studio.no') : String(value));
