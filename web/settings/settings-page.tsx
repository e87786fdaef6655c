import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { isAdmin, mayPaint } from '../api/session.ts';
import { fieldLook } from '../form/field.tsx';
import { NeedsToken } from '../form/for-admins.tsx';
import { optionName } from '../form/option-text.ts';
import { useAnswer } from '../form/use-answer.ts';
import { hrefOf, navigate, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { errorText } from '../texts/error-text.ts';
import { t } from '../texts/text.ts';
import { TokensSection } from './access/tokens-section.tsx';
import { WebhooksSection } from './access/webhooks-section.tsx';
import { BrowserSection } from './browser-section.tsx';
import { SettingSectionView, sectionName } from './setting-sections.tsx';
import { edits, loadError, loadSettings, type SettingSection, sections, settings, waiting } from './settings-data.ts';

/** Parts that are no settings of the server. */
const own = ['browser', 'tokens', 'webhooks'] as const;
type Own = (typeof own)[number];
const parts: Readonly<Record<Own, ComponentType>> = { browser: BrowserSection, tokens: TokensSection, webhooks: WebhooksSection };
const isOwn = (name: string): name is Own => own.some((one) => one === name);

/** This browser, the settings of the server, and who may reach it. */
export function SettingsPage() {
  const [, shown = 'browser'] = place.value.path;
  const wanted = place.value.query['q'] ?? '';
  useEffect(() => {
    if (mayPaint.value) loadSettings();
  }, [mayPaint.value]);
  return (
    <div class="flex flex-col gap-4 p-4 pb-16 md:p-6">
      <div class="flex flex-wrap items-center gap-x-6 gap-y-2">
        <h1 class="text-2xl font-semibold">{t('nav.settings')}</h1>
        {mayPaint.value && <Filter wanted={wanted} />}
      </div>
      <div class="flex flex-col gap-6 md:flex-row">
        <Contents shown={wanted === '' ? shown : ''} />
        <div class="flex min-w-0 max-w-2xl flex-1 flex-col gap-6">{wanted === '' ? <Part name={shown} /> : <Found wanted={wanted} />}</div>
      </div>
    </div>
  );
}

function Filter({ wanted }: { wanted: string }) {
  return (
    <input
      type="search"
      class={`${fieldLook} max-w-sm flex-1`}
      aria-label={t('settings.find')}
      placeholder={t('settings.find')}
      value={wanted}
      onInput={({ currentTarget: { value } }) => {
        const path = place.value.path.map(encodeURIComponent).join('/');
        navigate(hrefOf(path, { q: value }), { replace: true });
      }}
    />
  );
}

/** Links to all parts. On phones they are a bar that can be pushed. */
function Contents({ shown }: { shown: string }) {
  const link = (name: string, label: string, n = 0) => (
    <a
      key={name}
      href={hrefOf(`settings/${name}`)}
      aria-current={shown === name ? 'page' : undefined}
      class={`flex min-h-9 items-center gap-2 rounded-md px-3 py-1 text-sm whitespace-nowrap hover:bg-sunken ${shown === name ? 'bg-sunken font-medium text-ink' : 'text-muted'}`}
    >
      {label}
      {n > 0 && <span class="text-xs text-accent">{t('settings.unsavedShort', { n })}</span>}
    </a>
  );
  const editedIn = ({ rows }: SettingSection): number => rows.filter(({ name }) => edits.value.has(name)).length;
  return (
    <nav
      aria-label={t('settings.sections')}
      class="flex shrink-0 gap-1 max-md:overflow-x-auto max-md:border-b max-md:border-line max-md:pb-2 md:sticky md:top-4 md:w-44 md:flex-col md:self-start"
    >
      {own.map((name) => link(name, t(`settings.${name}`)))}
      {sections.value && <p class="mt-3 px-3 text-xs text-muted max-md:sr-only">{t('settings.ofServer')}</p>}
      {sections.value?.map((section) => link(section.name, sectionName(section.name), editedIn(section)))}
    </nav>
  );
}

function Part({ name }: { name: string }) {
  if (isOwn(name)) {
    const Shown = parts[name];
    return <Shown />;
  }
  const section = sections.value?.find((one) => one.name === name);
  return <OfServer>{section ? <SettingSectionView section={section} /> : sections.value && <p>{t('settings.noSection')}</p>}</OfServer>;
}

/** All settings that a text finds. */
function Found({ wanted }: { wanted: string }) {
  const words = wanted.trim().toLowerCase().split(/\s+/);
  const found = (sections.value ?? []).flatMap((section) => {
    const rows = section.rows.filter(({ name, help }) => {
      const text = `${name} ${optionName(name)} ${sectionName(section.name)} ${help}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return rows.length === 0 ? [] : [{ section, rows }];
  });
  return (
    <OfServer>
      {found.map(({ section, rows }) => (
        <SettingSectionView key={section.name} section={section} rows={rows} />
      ))}
      <p class="text-sm text-muted empty:hidden" aria-live="polite">
        {found.length === 0 && sections.value && t('settings.nothingFound')}
      </p>
    </OfServer>
  );
}

function OfServer({ children }: { children: ComponentChildren }) {
  if (!mayPaint.value) return <NeedsToken>{t('settings.needsToken')}</NeedsToken>;
  if (loadError.value)
    return (
      <p role="alert" class="flex flex-wrap items-center gap-3 text-sm">
        <span class="min-w-0 break-words" dir="auto">
          {errorText(loadError.value)}
        </span>
        <Button onClick={() => loadSettings()}>{t('common.retry')}</Button>
      </p>
    );
  if (!sections.value) return <p class="text-sm text-muted">{t('common.loading')}</p>;
  return (
    <>
      {!isAdmin.value && <NeedsToken scope="admin">{t('settings.adminOnly')}</NeedsToken>}
      {waiting.value > 0 && <p class="rounded-lg bg-sunken px-3 py-2 text-sm">{t('settings.waiting', { n: waiting.value })}</p>}
      {isAdmin.value && <Checked />}
      {children}
    </>
  );
}

/** What is wrong with the files and words that the settings name. */
function Checked() {
  const { value, again } = useAnswer<{ problems: string[]; warnings: string[] }>('settings/check');
  useEffect(again, [settings.value]);
  const lines = [...(value?.problems ?? []), ...(value?.warnings ?? [])];
  if (lines.length === 0) return null;
  return (
    <div role="status" class="rounded-lg border border-bad px-3 py-2 text-sm">
      <p>{t('settings.checkFound')}</p>
      <ul class="list-disc pl-5 break-words" dir="auto">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
