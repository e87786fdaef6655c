import { useSignal } from '@preact/signals';
import { fieldLook } from '../../form/field.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { isStorageRefused } from '../../parts/storage.ts';
import { t } from '../../texts/text.ts';
import { draft, draftQuery, load } from './draft.ts';
import { type Preset, presets, removePreset, renamePreset, savePreset, setPresets } from './preset-list.ts';
import { forgetPrompts, promptHistory } from './prompt-history.ts';

/** Presets, earlier prompts, and the form as a link. */
export function FormTools() {
  const shown = useSignal<'presets' | 'history' | undefined>(undefined);
  const close = (): void => {
    shown.value = undefined;
  };
  const copy = (): void => {
    const address = new URL(hrefOf('studio', draftQuery(draft.value)), document.baseURI).href;
    navigator.clipboard.writeText(address).then(() => tell(t('studio.linkCopied')), tellError);
  };
  return (
    <div class="flex flex-wrap gap-2">
      <Button
        onClick={() => {
          shown.value = 'presets';
        }}
      >
        {t('studio.presets')}
      </Button>
      <Button
        onClick={() => {
          shown.value = 'history';
        }}
      >
        {t('studio.history')}
      </Button>
      <Button onClick={copy}>{t('studio.copyLink')}</Button>
      {shown.value === 'presets' && <PresetDialog onClose={close} />}
      {shown.value === 'history' && <HistoryDialog onClose={close} />}
    </div>
  );
}

function PresetDialog({ onClose }: { onClose: () => void }) {
  const name = useSignal('');
  const save = (event: Event): void => {
    event.preventDefault();
    savePreset(name.value.trim(), draft.value);
    tell(t('studio.presetSaved', { name: name.value.trim() }));
    name.value = '';
  };
  return (
    <Dialog title={t('studio.presets')} onClose={onClose}>
      <form class="mb-4 flex items-end gap-2" onSubmit={save}>
        <label class="flex flex-1 flex-col gap-1 text-sm font-medium">
          {t('studio.presetName')}
          <input
            class={fieldLook}
            dir="auto"
            required
            pattern=".*\S.*"
            maxLength={200}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </label>
        <Button type="submit" kind="main">
          {t('studio.presetSave')}
        </Button>
      </form>
      {isStorageRefused.value && <p class="mb-2 text-sm text-bad">{t('studio.notKept')}</p>}
      {presets.value.length === 0 && <p class="text-sm text-muted">{t('studio.noPresets')}</p>}
      <ul class="flex flex-col divide-y divide-line">
        {presets.value.map((preset) => (
          <PresetRow key={preset.name} preset={preset} onClose={onClose} />
        ))}
      </ul>
    </Dialog>
  );
}

function PresetRow({ preset, onClose }: { preset: Preset; onClose: () => void }) {
  const renamed = useSignal<string | undefined>(undefined);
  const { name } = preset;
  const use = (): void => {
    load(preset.draft);
    onClose();
  };
  const remove = (): void => {
    const before = presets.value;
    removePreset(name);
    tell(t('studio.presetRemoved', { name }), { action: { label: t('common.undo'), run: () => setPresets(before) } });
  };
  const rename = (event: Event): void => {
    event.preventDefault();
    const to = renamed.value?.trim() ?? '';
    if (to !== '') renamePreset(name, to);
    renamed.value = undefined;
  };
  if (renamed.value !== undefined)
    return (
      <li class="py-1">
        <form class="flex items-end gap-2" onSubmit={rename}>
          <input
            class={fieldLook}
            dir="auto"
            aria-label={t('studio.presetNewName', { name })}
            value={renamed.value}
            maxLength={200}
            ref={(element) => element?.focus()}
            onInput={(event) => {
              renamed.value = event.currentTarget.value;
            }}
          />
          <Button type="submit">{t('common.save')}</Button>
        </form>
      </li>
    );
  return (
    <li class="flex items-center gap-1 py-1">
      <button type="button" class="min-h-9 min-w-0 flex-1 truncate rounded px-2 text-left text-sm hover:bg-sunken" dir="auto" onClick={use}>
        {name}
      </button>
      <IconButton
        icon="pencil"
        label={t('studio.presetRename', { name })}
        onClick={() => {
          renamed.value = name;
        }}
      />
      <IconButton icon="trash" label={t('studio.presetRemove', { name })} onClick={remove} />
    </li>
  );
}

function HistoryDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('studio.history')} onClose={onClose}>
      <p class="mb-3 text-sm text-muted">{t('studio.historyHint')}</p>
      {promptHistory.value.length === 0 && <p class="text-sm text-muted">{t('studio.noHistory')}</p>}
      <ul class="flex flex-col">
        {promptHistory.value.map((prompt) => (
          <li key={prompt}>
            <button
              type="button"
              class="line-clamp-3 min-h-9 w-full rounded px-2 py-1 text-left text-sm break-words hover:bg-sunken"
              dir="auto"
              onClick={() => {
                load({ ...draft.value, prompt });
                onClose();
              }}
            >
              {prompt}
            </button>
          </li>
        ))}
      </ul>
      {promptHistory.value.length > 0 && (
        <div class="mt-3">
          <Button onClick={forgetPrompts}>{t('studio.forgetHistory')}</Button>
        </div>
      )}
    </Dialog>
  );
}
