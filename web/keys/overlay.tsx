import { signal } from '@preact/signals';
import { Dialog } from '../parts/dialog.tsx';
import { t } from '../texts/text.ts';
import { hasSingleKeys, setSingleKeys } from './listen.ts';
import { type KeyAction, keyTable } from './table.ts';

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

const allActions = Object.keys(keyTable) as KeyAction[];

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
      <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-sm">
        {actions
          .map((action) => keyTable[action])
          .map(({ keys, label }) => (
            <>
              <dt key={label} class="flex gap-1">
                {keys.map((key) => (
                  <kbd key={key} class="rounded border border-line bg-sunken px-1.5 font-mono">
                    {names[key] ?? key}
                  </kbd>
                ))}
              </dt>
              <dd>{t(label)}</dd>
            </>
          ))}
      </dl>
      <label class="mt-4 flex items-center gap-2 text-sm">
        <input type="checkbox" checked={hasSingleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
        {t('keys.single')}
      </label>
    </Dialog>
  );
}
