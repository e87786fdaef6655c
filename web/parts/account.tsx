import { signal } from '@preact/signals';
import { session, signInAsked, signOut } from '../api/session.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { tell, tellError } from './notices.tsx';

const isShown = signal(false);

/** Shows who is signed in here, or asks for a token. */
export function openAccount(): void {
  if (session.peek()?.name === null) signInAsked.value = { reason: 'wish' };
  else isShown.value = true;
}

/** The token that this browser has, what it permits, and a way out of it. */
export function AccountDialog() {
  const now = session.value;
  if (!isShown.value || !now || now.name === null || now.scope === null) return null;
  const { name, scope } = now;
  const close = (): void => {
    isShown.value = false;
  };
  const leave = (): void => {
    close();
    signOut().then(() => tell(t('session.signedOut', { name })), tellError);
  };
  return (
    <Dialog title={t('session.account')} onClose={close}>
      <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-sm">
        <dt class="text-muted">{t('session.token')}</dt>
        <dd class="font-medium break-words" dir="auto">
          {name}
        </dd>
        <dt class="text-muted">{t('session.scope')}</dt>
        <dd>
          <span class="font-medium">{scope}</span>: {t(`session.scope.${scope}`)}
        </dd>
      </dl>
      <p class="mt-4 mb-4 text-sm text-muted">{t('session.signOutHint', { scope })}</p>
      <Button kind="danger" onClick={leave}>
        {t('session.signOut')}
      </Button>
    </Dialog>
  );
}
