import { theme, themes } from '../parts/theme.ts';
import { t } from '../texts/text.ts';

/** How this page looks in this browser. */
export function SettingsPage() {
  return (
    <div class="mx-auto flex max-w-2xl flex-col gap-4 p-6">
      <h1 class="text-2xl font-semibold">{t('nav.settings')}</h1>
      <fieldset class="flex flex-wrap gap-4 text-sm">
        <legend class="mb-2 font-medium">{t('theme.label')}</legend>
        {themes.map((one) => (
          <label key={one} class="flex items-center gap-2">
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
    </div>
  );
}
