import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { FormRow } from '../../lib/server/api/settings/form-row.ts';
import { t } from '../texts/text.ts';
import { type ControlProps, OptionControl } from './option-control.tsx';
import { boundsProblem, optionName } from './option-text.ts';

interface OptionFieldProps {
  row: FormRow & { needs?: string | null };
  /** undefined: the default is in force. */
  value: unknown;
  onChange: (value: unknown) => void;
  label?: string;
  /** Whether it is marked as changed, and can be put back. Default: whether it has a value. */
  isChanged?: boolean;
  /** What the server says of the value. Default: whether it is inside its bounds. */
  problem?: string | undefined;
  isDisabled?: boolean;
  /** In place of the usual control. */
  control?: ((attributes: ControlProps['attributes']) => ComponentChildren) | undefined;
  /** Further lines below. */
  children?: ComponentChildren;
}

/** An option: its control, what it does, whether it differs from its default, and what is wrong with its value. */
export function OptionField({ row, value, onChange, label = optionName(row.name), children, control, ...rest }: OptionFieldProps) {
  const id = useId();
  const { isChanged = value !== undefined, problem = boundsProblem(row, value), isDisabled = false } = rest;
  const attributes = { id, 'aria-describedby': `${id}-help`, 'aria-invalid': problem !== undefined, disabled: isDisabled };
  return (
    <div class={`border-l-2 pl-3 ${isChanged ? 'border-accent' : 'border-transparent'}`}>
      <div class="flex min-h-7 items-center justify-between gap-2">
        <label for={id} class="text-sm font-medium">
          {label}
        </label>
        {isChanged && !isDisabled && (
          <button
            type="button"
            class="min-h-6 shrink-0 rounded px-2 text-xs text-accent hover:bg-sunken"
            aria-label={t('option.resetOne', { name: label })}
            title={t('option.toDefaultHint')}
            onClick={() => onChange(undefined)}
          >
            {t('option.toDefault')}
          </button>
        )}
      </div>
      {control ? control(attributes) : <OptionControl row={row} value={value} onChange={onChange} attributes={attributes} />}
      <p id={`${id}-help`} class="mt-0.5 text-xs text-muted">
        {row.help}
        {row.needs != null && ` ${t('option.needs', { option: row.needs })}`}
      </p>
      {problem !== undefined && (
        <p role="alert" class="text-xs break-words text-bad" dir="auto">
          {problem}
        </p>
      )}
      {children}
    </div>
  );
}
