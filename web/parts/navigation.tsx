import { signal } from '@preact/signals';
import { pagePaths } from '../../lib/server/page/paths.ts';
import { session } from '../api/session.ts';
import { isNarrow } from '../browser/wide.ts';
import { isKeysShown } from '../keys/overlay.tsx';
import { hrefOf, page } from '../navigate/router.ts';
import { type TextKey, t } from '../texts/text.ts';
import { openAccount } from './account.tsx';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icon.tsx';

interface Entry {
  path: string;
  icon: IconName;
  label: TextKey;
}

/** Pages in the navigation. */
export const entries: readonly Entry[] = [
  { path: '', icon: 'grid', label: 'nav.gallery' },
  { path: 'studio', icon: 'brush', label: 'nav.studio' },
  { path: 'queue', icon: 'queue', label: 'nav.queue' },
  { path: 'collections', icon: 'collection', label: 'nav.collections' },
  { path: 'map', icon: 'map', label: 'nav.map' },
  { path: 'artist', icon: 'artist', label: 'nav.artist' },
  { path: 'publish', icon: 'publish', label: 'nav.publish' },
  { path: 'training', icon: 'training', label: 'nav.training' },
  { path: 'figures', icon: 'figures', label: 'nav.figures' },
  { path: 'health', icon: 'health', label: 'nav.health' },
  { path: 'settings', icon: 'settings', label: 'nav.settings' },
];
/** On phones the others are behind "More". */
const onPhones = 4;

const isMoreShown = signal(false);
const close = (): void => {
  isMoreShown.value = false;
};

/** A column at the left on wide screens, a bar at the bottom on phones. */
export function Navigation() {
  const direct = isNarrow.value ? entries.slice(0, onPhones) : entries;
  return (
    <nav
      aria-label={t('app.nav')}
      class="order-last flex items-center gap-1 overflow-x-auto border-line bg-raised p-1 max-md:border-t md:order-first md:w-20 md:flex-col md:overflow-y-auto md:border-r md:py-3 [scrollbar-width:thin]"
    >
      {direct.map((entry) => (
        <PageLink key={entry.path} entry={entry} />
      ))}
      {isNarrow.value ? (
        <MoreButton />
      ) : (
        <>
          <span class="md:flex-1" />
          <Tools />
        </>
      )}
    </nav>
  );
}

const look = (isHere: boolean): string =>
  `flex min-h-12 min-w-14 flex-1 flex-col items-center justify-center gap-0.5 rounded-md p-1 text-[11px] hover:bg-sunken md:w-full md:flex-none ${isHere ? 'text-accent' : 'text-ink'}`;

/** Pages without an entry of their own are ways to look at the works of the gallery. */
const isOfGallery = (): boolean => pagePaths.some((path) => path === page.value) && !entries.some(({ path }) => path === page.value);

/** 'true': the page belongs to the entry. */
const currentOf = ({ path }: Entry): 'page' | 'true' | undefined =>
  page.value === path ? 'page' : path === '' && isOfGallery() ? 'true' : undefined;

function PageLink({ entry }: { entry: Entry }) {
  const current = currentOf(entry);
  return (
    <a href={hrefOf(entry.path)} aria-current={current} class={look(current !== undefined)} onClick={close}>
      <Icon name={entry.icon} />
      {t(entry.label)}
    </a>
  );
}

interface ToolProps {
  icon: IconName;
  text: string;
  /** What a screen reader says, if that is more than the text. */
  label?: string;
  isPressed?: boolean;
  onClick: () => void;
}

function Tool({ icon, text, label = text, isPressed = false, onClick }: ToolProps) {
  return (
    <button type="button" class={look(isPressed)} aria-label={label} title={label} aria-haspopup="dialog" onClick={onClick}>
      <Icon name={icon} />
      <span class="max-w-full truncate" dir="auto">
        {text}
      </span>
    </button>
  );
}

/** The list of keys, and who is signed in. */
function Tools() {
  const now = session.value;
  const isIn = now !== undefined && now.name !== null;
  const account = (): void => {
    close();
    openAccount();
  };
  return (
    <>
      <Tool
        icon="keys"
        text={t('keys.title')}
        onClick={() => {
          close();
          isKeysShown.value = true;
        }}
      />
      {now && now.scope !== null && !isIn && <Tool icon="account" text={t('session.signIn')} onClick={account} />}
      {now && now.scope !== null && isIn && (
        <Tool
          icon="account"
          text={now.name ?? ''}
          label={t('session.signedInAs', { name: now.name ?? '', scope: now.scope })}
          isPressed
          onClick={account}
        />
      )}
    </>
  );
}

function MoreButton() {
  const isInMore = entries.slice(onPhones).some(currentOf);
  return (
    <>
      <Tool
        icon="menu"
        text={t('nav.more')}
        label={t('nav.morePages')}
        isPressed={isInMore}
        onClick={() => {
          isMoreShown.value = true;
        }}
      />
      {isMoreShown.value && (
        <Dialog title={t('nav.morePages')} onClose={close}>
          <div class="grid grid-cols-3 gap-2">
            {entries.slice(onPhones).map((entry) => (
              <PageLink key={entry.path} entry={entry} />
            ))}
            <Tools />
          </div>
        </Dialog>
      )}
    </>
  );
}
