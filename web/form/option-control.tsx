import { useState } from 'preact/hooks';
import type { FormRow } from '../../lib/server/api/settings/form-row.ts';
import { t } from '../texts/text.ts';
import { fieldLook } from './field.tsx';
import { isSwitched, textOfValue, valueOfText, valueText } from './option-text.ts';

export interface ControlProps {
  row: FormRow;
  /** undefined: the default is in force. */
  value: unknown;
  /** undefined: back to the default. */
  onChange: (value: unknown) => void;
  /** Attributes of the control itself: its id, what describes it, whether it is wrong. */
  attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean; disabled?: boolean };
}

/** The control of an option, by its kind. */
export function OptionControl(props: ControlProps) {
  const { row } = props;
  if (row.kind === 'choice' || row.kind === 'boolean' || isSwitched(row.name)) return <Choice {...props} />;
  if (row.kind === 'number' || (row.kind === 'integer' && row.choices === null)) return <NumberInput {...props} />;
  return <TextInput {...props} />;
}

const defaultText = (row: FormRow): string => {
  const text = valueText(row, row.default);
  return text === '' ? t('option.default') : t('option.defaultIs', { value: text });
};

function Choice({ row, value, onChange, attributes }: ControlProps) {
  const { choices } = row;
  const items = choices?.map((one) => [one, one] as const) ?? [
    ['true', t('option.yes')],
    ['false', t('option.no')],
  ];
  return (
    <select
      {...attributes}
      class={fieldLook}
      value={value === undefined ? '' : typeof value === 'object' ? 'true' : String(value)}
      onChange={({ currentTarget: { value: text } }) => onChange(text === '' ? undefined : choices ? text : text === 'true')}
    >
      <option value="">{defaultText(row)}</option>
      {items.map(([one, label]) => (
        <option key={one} value={one}>
          {label}
        </option>
      ))}
    </select>
  );
}

function NumberInput({ row, value, onChange, attributes }: ControlProps) {
  const { kind, min, max } = row;
  return (
    <input
      {...attributes}
      class={fieldLook}
      type="number"
      inputMode={kind === 'integer' ? 'numeric' : 'decimal'}
      min={min ?? undefined}
      max={max ?? undefined}
      step={kind === 'integer' ? 1 : 'any'}
      placeholder={defaultText(row)}
      value={value === undefined ? '' : String(value)}
      onInput={({ currentTarget: { value: text } }) => onChange(text === '' ? undefined : Number(text))}
    />
  );
}

/** Characters from which a text has several lines. */
const longText = 60;

function TextInput({ row, value, onChange, attributes }: ControlProps) {
  const [typed, setTyped] = useState(textOfValue(row, value));
  // A field that grew while one types would lose the focus.
  const [isLong] = useState(row.kind !== 'path' && (typed.length > longText || (row.kind === 'object' && row.default !== null)));
  // A list is no list while it is typed: the text stays until the value is changed from elsewhere.
  const isSame = JSON.stringify(valueOfText(row, typed)) === JSON.stringify(value);
  const shown = isSame ? typed : textOfValue(row, value);
  const given = {
    ...attributes,
    class: `${fieldLook} ${row.kind === 'path' ? 'font-mono' : ''}`,
    dir: row.kind === 'path' ? ('ltr' as const) : ('auto' as const),
    autocomplete: 'off',
    placeholder: defaultText(row),
    value: shown,
    onInput: ({ currentTarget: { value: text } }: { currentTarget: { value: string } }) => {
      setTyped(text);
      onChange(valueOfText(row, text));
    },
  };
  if (isLong) return <textarea {...given} rows={3} />;
  if (row.choices === null) return <input {...given} type="text" />;
  return (
    <>
      <input {...given} type="text" list={`${attributes.id}-words`} />
      <datalist id={`${attributes.id}-words`}>
        {row.choices.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
