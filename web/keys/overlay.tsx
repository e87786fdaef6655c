import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { page } from '../navigate/router.ts';
import { Dialog } from '../parts/dialog.tsx';
import { t } from '../texts/text.ts';
import { hasSingleKeys, setSingleKeys } from './listen.ts';
import { type KeyAction, keyTable, type Row, roomOf, type Scope, scopes } from './table.ts';

export const isKeysShown = signal(false);

const names: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ' ': 'Space',
  'Ctrl+a': 'Ctrl A',
  'Ctrl+z': 'Ctrl Z',
};
const nameOf = (key: string): string => names[key] ?? key;

const allActions = Object.keys(keyTable) as KeyAction[];
/** A list that is longer can be searched. */
const few = 14;

interface Group {
  scope: Scope;
  rows: Row[];
}

/** The keys by room: the one that is shown, with all that act in it, then the others. */
function groupsOf(actions: readonly KeyAction[], here: Scope): Group[] {
  const rows = actions.map((action): Row => keyTable[action]);
  const order = [here, ...scopes.filter((scope) => scope !== here)];
  return order.map((scope) => ({
    scope,
    rows: rows.filter((row) => row.scope === scope || (scope === here && row.also?.includes(scope))),
  }));
}

const matches = ({ keys, label }: Row, text: string): boolean =>
  keys.some((key) => nameOf(key).toLowerCase() === text) || t(label).toLowerCase().includes(text);

/** @param actions those that the page has */
export function KeysOverlay({ actions = allActions }: { actions?: readonly KeyAction[] }) {
  if (!isKeysShown.value) return null;
  return (
    <Dialog
      title={t('keys.title')}
      onClose={() => {
        isKeysShown.value = false;
      }}
    >
      <Keys actions={actions} />
    </Dialog>
  );
}

function Keys({ actions }: { actions: readonly KeyAction[] }) {
  const [wanted, setWanted] = useState('');
  const here = roomOf(page.value);
  const text = wanted.trim().toLowerCase();
  const groups = groupsOf(actions, here)
    .map(({ scope, rows }) => ({ scope, rows: text === '' ? rows : rows.filter((row) => matches(row, text)) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <>
      <label class="flex min-h-8 items-center gap-2 text-sm">
        <input
          type="checkbox"
          class="accent-accent"
          checked={hasSingleKeys.value}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
        {t('keys.single')}
      </label>
      {actions.length > few && (
        <input
          type="search"
          class="mt-2 w-full rounded-md border border-line bg-paper px-3 py-2 text-sm"
          aria-label={t('keys.find')}
          placeholder={t('keys.find')}
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      {groups.map(({ scope, rows }) => (
        <KeyGroup key={scope} name={t(`keys.room.${scope}`)} isHere={scope === here && here !== 'everywhere'} rows={rows} />
      ))}
      <p role="status" class="pt-3 text-sm text-muted empty:hidden">
        {groups.length === 0 && t('keys.none')}
      </p>
    </>
  );
}

function KeyGroup({ name, isHere, rows }: { name: string; isHere: boolean; rows: readonly Row[] }) {
  return (
    <section aria-label={name} class="pt-4">
      <h3 class="mb-2 flex items-baseline gap-2 text-sm font-semibold">
        {name}
        {isHere && ' '}
        {isHere && <span class="font-normal text-muted">{t('keys.here')}</span>}
      </h3>
      <dl class="grid grid-cols-[10.5rem_1fr] max-sm:grid-cols-[8rem_1fr] gap-x-4 gap-y-2 text-sm">
        {rows.map(({ keys, label }) => (
          <>
            <dt key={label} class="flex flex-wrap items-start gap-1">
              {keys.map((key) => (
                <kbd key={key} class="rounded border border-line bg-sunken px-1.5 font-mono">
                  {nameOf(key)}
                </kbd>
              ))}
            </dt>
            <dd>{t(label)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
