import { useState } from 'preact/hooks';
import { isAdmin } from '../api/session.ts';
import { fieldLook } from '../form/field.tsx';
import type { ControlProps } from '../form/option-control.tsx';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import { discard, edit, edits, type Setting } from './settings-data.ts';

const ways = ['text', 'env', 'file'] as const;
type Way = (typeof ways)[number];

interface SecretControlProps {
  setting: Setting;
  name: string;
  attributes: ControlProps['attributes'];
}

/** A secret: whether it is set, and a new one. The one that is set never comes to the browser. */
export function SecretControl({ setting, name, attributes }: SecretControlProps) {
  const [isOpen, setOpen] = useState(false);
  const [way, setWay] = useState<Way>('text');
  const edited = edits.value.get(setting.key);
  const text = typeof edited === 'string' ? edited : String(Object.values((edited ?? {}) as object)[0] ?? '');
  // An empty field changes nothing; removing a secret is "back to default".
  const give = (given: string, as: Way): void =>
    given === '' ? discard([setting.key]) : edit(setting.key, as === 'text' ? given : { [as]: given });
  const isRemoved = edits.value.has(setting.key) && edited === undefined;
  if (!isOpen || isRemoved)
    return (
      <div class="flex min-h-9 items-center gap-3 text-sm">
        <span>{t(isRemoved ? 'settings.secretRemoved' : setting.isSet ? 'settings.secretSet' : 'settings.secretNotSet')}</span>
        {isAdmin.value && setting.from !== 'environment' && (
          <Button
            onClick={() => {
              setOpen(true);
              discard([setting.key]);
            }}
          >
            {t(setting.isSet ? 'settings.secretReplace' : 'settings.secretGive', { name })}
          </Button>
        )}
      </div>
    );
  const given = {
    ...attributes,
    class: fieldLook,
    autocomplete: 'new-password',
    spellcheck: false,
    value: text,
    onInput: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => give(value, way),
  };
  return (
    <div class="flex gap-2">
      <select
        class="min-h-9 rounded-md border border-line bg-paper px-2 text-sm"
        aria-label={t('settings.secretWay')}
        value={way}
        onChange={({ currentTarget: { value } }) => {
          setWay(value as Way);
          give(text, value as Way);
        }}
      >
        {ways.map((one) => (
          <option key={one} value={one}>
            {t(`settings.secret.${one}`)}
          </option>
        ))}
      </select>
      {way === 'text' ? <input {...given} type="password" /> : <input {...given} type="text" />}
    </div>
  );
}
