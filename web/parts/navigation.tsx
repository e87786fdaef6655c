import { session, signInAsked, signOut } from '../api/session.ts';
import { isKeysShown } from '../keys/overlay.tsx';
import { hrefOf, page } from '../navigate/router.ts';
import { type TextKey, t } from '../texts/text.ts';
import { IconButton } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { tellError } from './notices.tsx';

/** Pages in the navigation. */
const entries: readonly { path: string; icon: IconName; label: TextKey }[] = [
  { path: '', icon: 'grid', label: 'nav.gallery' },
  { path: 'studio', icon: 'brush', label: 'nav.studio' },
  { path: 'queue', icon: 'queue', label: 'nav.queue' },
  { path: 'collections', icon: 'collection', label: 'nav.collections' },
  { path: 'artist', icon: 'artist', label: 'nav.artist' },
  { path: 'training', icon: 'training', label: 'nav.training' },
  { path: 'figures', icon: 'figures', label: 'nav.figures' },
  { path: 'settings', icon: 'settings', label: 'nav.settings' },
];

/** A column at the left on wide screens, a bar at the bottom on phones. */
export function Navigation() {
  const shown = page.value === 'works' ? '' : page.value;
  return (
    <nav
      aria-label={t('app.nav')}
      class="order-last flex items-center gap-1 overflow-x-auto border-line bg-raised p-1 max-md:border-t md:order-first md:w-20 md:flex-col md:border-r md:py-3"
    >
      {entries.map(({ path, icon, label }) => (
        <a
          key={path}
          href={hrefOf(path)}
          aria-current={shown === path ? 'page' : undefined}
          class={`flex min-h-12 min-w-14 flex-1 flex-col items-center justify-center gap-0.5 rounded-md p-1 text-[11px] hover:bg-sunken md:flex-none ${shown === path ? 'text-accent' : 'text-ink'}`}
        >
          <Icon name={icon} />
          {t(label)}
        </a>
      ))}
      <span class="md:flex-1" />
      <IconButton
        icon="keys"
        label={t('keys.title')}
        onClick={() => {
          isKeysShown.value = true;
        }}
      />
      <SessionButton />
    </nav>
  );
}

function SessionButton() {
  const now = session.value;
  if (!now || now.scope === null) return null;
  if (now.name === null)
    return (
      <IconButton
        icon="artist"
        label={t('session.signIn')}
        onClick={() => {
          signInAsked.value = { reason: 'wish' };
        }}
      />
    );
  const label = `${t('session.signedInAs', { name: now.name, scope: now.scope })}. ${t('session.signOut')}`;
  return <IconButton icon="artist" label={label} isPressed onClick={() => signOut().catch(tellError)} />;
}
