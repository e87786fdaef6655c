import { useState } from 'preact/hooks';
import { hasSingleKeys, setSingleKeys } from '../keys/listen.ts';
import { Button } from '../parts/button.tsx';
import { tell } from '../parts/notices.tsx';
import { isList, isStorageRefused, readStored, store } from '../parts/storage.ts';
import { theme, themes } from '../parts/theme.ts';
import { presets } from '../studio/form/preset-list.ts';
import { promptHistory } from '../studio/form/prompt-history.ts';
import { NoticeSettings } from '../studio/notice-settings.tsx';
import { type TextKey, t } from '../texts/text.ts';

/** How this page looks in this browser, how it tells that a picture is done, and what the browser keeps of it. */
export function BrowserSection() {
  return (
    <section aria-label={t('settings.browser')} class="flex flex-col gap-6">
      <h2 class="text-lg font-semibold">{t('settings.browser')}</h2>
      <fieldset class="flex flex-wrap gap-4 text-sm">
        <legend class="mb-2 font-medium">{t('theme.label')}</legend>
        {themes.map((one) => (
          <label key={one} class="flex min-h-6 items-center gap-2">
            <input
              type="radio"
              name="theme"
              class="accent-accent"
              checked={theme.value === one}
              onChange={() => {
                theme.value = one;
              }}
            />
            {t(`theme.${one}`)}
          </label>
        ))}
      </fieldset>
      <NoticeSettings />
      <label class="flex min-h-6 items-center gap-2 text-sm">
        <input
          type="checkbox"
          class="accent-accent"
          checked={hasSingleKeys.value}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
        {t('settings.singleKeys')}
      </label>
      <Kept />
    </section>
  );
}

interface KeptThing {
  label: TextKey;
  /** Names in the storage of the browser. */
  keys: readonly string[];
  /** What else holds it while the page is open. */
  forget?: (found: unknown) => void;
}

const things: readonly KeptThing[] = [
  { label: 'settings.keptSearches', keys: ['searches', 'searches by meaning'] },
  {
    label: 'settings.keptPrompts',
    keys: ['prompts'],
    forget: (found) => {
      promptHistory.value = (found as string[] | undefined) ?? [];
    },
  },
  {
    label: 'settings.keptPresets',
    keys: ['presets'],
    forget: (found) => {
      presets.value = (found as typeof presets.value | undefined) ?? [];
    },
  },
];

const keptList = (key: string): unknown[] | undefined =>
  readStored(
    'local',
    key,
    isList((_one): _one is unknown => true),
  );

const countOf = ({ keys }: KeptThing): number => keys.reduce((sum, key) => sum + (keptList(key)?.length ?? 0), 0);

/** What the browser keeps, which can be forgotten. */
function Kept() {
  const [, again] = useState(0);
  const forget = (thing: KeptThing): void => {
    const before = thing.keys.map((key) => [key, keptList(key)] as const);
    const put = (values: typeof before): void => {
      for (const [key, value] of values) {
        store('local', key, value);
        thing.forget?.(value);
      }
      again((n) => n + 1);
    };
    put(thing.keys.map((key) => [key, undefined] as const));
    tell(t('settings.forgotten', { what: t(thing.label) }), { action: { label: t('common.undo'), run: () => put(before) } });
  };
  return (
    <section aria-label={t('settings.kept')} class="flex flex-col gap-2 text-sm">
      <h3 class="font-medium">{t('settings.kept')}</h3>
      <p class="text-xs text-muted">{t(isStorageRefused.value ? 'settings.keptRefused' : 'settings.keptHint')}</p>
      <ul class="divide-y divide-line rounded-md border border-line">
        {things.map((thing) => {
          const n = countOf(thing);
          return (
            <li key={thing.label} class="flex min-h-11 items-center gap-3 px-3 py-1">
              <span class="flex-1">{t(thing.label)}</span>
              <span class="text-muted">{n}</span>
              {n > 0 && (
                <Button onClick={() => forget(thing)}>
                  <span class="sr-only">{t('settings.forget', { what: t(thing.label) })}</span>
                  <span aria-hidden="true">{t('settings.forgetShort')}</span>
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
