import { useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { optionName } from '../form/option-text.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { type TextKey, t } from '../texts/text.ts';
import { SettingField, settingName } from './setting-field.tsx';
import { conflicts, discard, edits, type FormRow, problems, type SettingSection, save, settings } from './settings-data.ts';

const names: Readonly<Record<string, TextKey>> = {
  llm: 'settings.section.llm',
  paint: 'settings.section.paint',
  log: 'settings.section.log',
};
export function sectionName(name: string): string {
  const key = names[name];
  return key === undefined ? optionName(name) : t(key);
}

/** A section of the settings: its fields, and what is to be saved of it. `rows`: only these. */
export function SettingSectionView({ section, rows = section.rows }: { section: SettingSection; rows?: readonly FormRow[] }) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <section aria-label={sectionName(section.name)} class="flex flex-col gap-4">
      <div>
        <h2 class="text-lg font-semibold">{sectionName(section.name)}</h2>
        <p class="text-sm text-muted">{section.help}</p>
      </div>
      {groups.map((group) => (
        <div key={group} class="flex flex-col gap-5">
          {group !== '' && <h3 class="text-sm font-semibold">{group}</h3>}
          {rows
            .filter((row) => row.group === group)
            .map((row) => (
              <SettingField key={row.name} row={row} section={section.name} />
            ))}
        </div>
      ))}
      <SaveBar section={section} />
    </section>
  );
}

/** What is not saved yet. It stays in sight while one scrolls through the section. */
function SaveBar({ section }: { section: SettingSection }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const keys = section.rows.map(({ name }) => name).filter((key) => edits.value.has(key));
  const isWrong = keys.some((key) => problems.value[key] !== undefined);
  const hasConflict = keys.some((key) => conflicts.value.has(key));
  if (keys.length === 0) return null;
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const undo = await save(keys);
      // What was not saved is still to be decided, at its field.
      if (!keys.some((key) => edits.peek().has(key))) tellSaved(section, keys, undo);
    } catch (error) {
      if (error instanceof ApiError && error.code !== 'ERR_OFFLINE') setProblem(error.message);
      else tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="sticky bottom-0 flex flex-wrap items-center gap-3 border-t border-line bg-raised p-3 text-sm">
      <p class="min-w-0 flex-1" aria-live="polite">
        {t(isWrong ? 'settings.wrong' : hasConflict ? 'settings.conflict' : 'settings.unsaved', { n: keys.length })}
      </p>
      <Button onClick={() => discard(keys)}>{t('settings.discard')}</Button>
      <Button kind="main" isDisabled={isWrong || isBusy} onClick={submit}>
        {t(hasConflict ? 'settings.saveMine' : 'common.save')}
      </Button>
      <p role="alert" class="w-full break-words text-bad empty:hidden" dir="auto">
        {problem}
      </p>
    </div>
  );
}

function tellSaved({ name }: SettingSection, keys: readonly string[], undo: (() => Promise<void>) | undefined): void {
  const needsStart = keys.some((key) => settings.peek().get(key)?.waits);
  const what = keys.length === 1 ? settingName(keys[0] ?? '', name) : sectionName(name);
  tell(t(needsStart ? 'settings.savedForStart' : 'settings.saved', { name: what }), {
    action: undo && {
      label: t('common.undo'),
      run: () => {
        undo().catch(tellError);
      },
    },
  });
}
