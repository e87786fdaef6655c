import { useLayoutEffect, useRef } from 'preact/hooks';
import { isAdmin } from '../api/session.ts';
import type { ControlProps } from '../form/option-control.tsx';
import { OptionField } from '../form/option-field.tsx';
import { optionName, valueText } from '../form/option-text.ts';
import { hrefOf, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import { SecretControl } from './secret-control.tsx';
import {
  conflicts,
  discard,
  edit,
  edits,
  type FormRow,
  problems,
  type Setting,
  savedValue,
  settings,
  shownValue,
} from './settings-data.ts';
import { SwitchControl } from './switch-control.tsx';

/** `server.webhooks.privateHosts` in section server: "Webhooks private hosts". */
export const settingName = (key: string, section: string): string =>
  optionName(key.startsWith(`${section}.`) ? key.slice(section.length + 1) : key);

/** Where a setting comes from, and when it is in force. */
function originText({ from, place: where }: Setting): string {
  if (from === 'default') return t('settings.fromDefault');
  if (from === 'environment') return t('settings.fromVariable', { name: where });
  return t('settings.fromFile', { place: where });
}

/** A setting with its origin. Those that a variable sets cannot be changed here. */
export function SettingField({ row, section }: { row: FormRow; section: string }) {
  const box = useRef<HTMLDivElement>(null);
  const setting = settings.value.get(row.name);
  const isMeant = place.value.query['setting'] === row.name;
  useLayoutEffect(() => {
    if (!isMeant) return;
    box.current?.scrollIntoView({ block: 'center' });
    box.current?.querySelector<HTMLElement>('input,select,textarea,button[role="switch"],a')?.focus({ preventScroll: true });
  }, [isMeant, setting === undefined]);
  if (!setting) return null;
  const value = shownValue(row.name);
  const common = { row, value, isDisabled: !isAdmin.value || setting.from === 'environment' };
  const control =
    row.kind === 'secret'
      ? (attributes: ControlProps['attributes']) => (
          <SecretControl name={settingName(row.name, section)} setting={setting} attributes={attributes} />
        )
      : row.kind === 'boolean' && row.default !== null
        ? (attributes: ControlProps['attributes']) => (
            <SwitchControl row={row} value={value} attributes={attributes} onChange={(next) => edit(row.name, next)} />
          )
        : undefined;
  return (
    <div ref={box} class={`-ml-3.5 scroll-m-20 rounded-md ${isMeant ? 'bg-sunken p-2 outline-1 outline-accent' : ''}`}>
      <OptionField
        {...common}
        label={settingName(row.name, section)}
        isChanged={row.kind === 'secret' ? setting.isSet || edits.value.has(row.name) : value !== undefined}
        problem={problems.value[row.name]}
        onChange={(next) => edit(row.name, next)}
        control={control}
      >
        <Facts row={row} section={section} setting={setting} />
      </OptionField>
    </div>
  );
}

function Facts({ row, section, setting }: { row: FormRow; section: string; setting: Setting }) {
  const isEdited = edits.value.has(row.name);
  return (
    <>
      <p class="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-muted">
        <span class="break-all">{originText(setting)}</span>
        {isEdited && <span class="text-accent">{t('settings.edited')}</span>}
        {setting.waits && <span class="text-ink">{t('settings.waits')}</span>}
        {setting.startedWith !== null && <span class="text-ink">{t('settings.startedWith', { place: setting.startedWith })}</span>}
        <a
          href={hrefOf(`settings/${section}`, { setting: row.name })}
          class="inline-flex min-h-6 min-w-6 items-center justify-center hover:text-ink"
          aria-label={t('settings.linkTo', { name: settingName(row.name, section) })}
          title={t('settings.linkTo', { name: settingName(row.name, section) })}
        >
          <Icon name="link" size={14} />
        </a>
      </p>
      {conflicts.value.has(row.name) && <Conflict row={row} />}
    </>
  );
}

/** Both values of a setting that somebody else changed meanwhile. */
function Conflict({ row }: { row: FormRow }) {
  const text = (value: unknown): string => valueText(row, value) || t('settings.fromDefault');
  return (
    <div role="alert" class="mt-1 flex flex-col gap-1 rounded-md border border-bad p-2 text-xs">
      <p>{t('settings.conflictOne')}</p>
      <p class="break-words" dir="auto">
        {t('settings.theirs', { value: text(savedValue(row.name)) })}
      </p>
      <p class="break-words" dir="auto">
        {t('settings.yours', { value: text(shownValue(row.name)) })}
      </p>
      <div>
        <Button onClick={() => discard([row.name])}>{t('settings.takeTheirs')}</Button>
      </div>
    </div>
  );
}
