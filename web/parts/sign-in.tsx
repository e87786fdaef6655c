import { useState } from 'preact/hooks';
import { type NeededScope, signIn, signInAsked } from '../api/session.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { tellError } from './notices.tsx';

/** Asks for a token, where an action or the whole gallery needs one. */
export function SignInDialog() {
  const asked = signInAsked.value;
  if (!asked) return null;
  const close = (): void => {
    signInAsked.value = undefined;
  };
  return (
    <Dialog title={t('session.signIn')} onClose={close}>
      {asked.reason === 'code' && <p class="mb-3 text-bad">{t('session.codeUsed')}</p>}
      <SignInForm
        scope={asked.scope}
        onDone={() => {
          close();
          asked.whenDone?.();
        }}
      />
    </Dialog>
  );
}

export function SignInForm({ onDone, scope = 'paint' }: { onDone: () => void; scope?: NeededScope | undefined }) {
  const [token, setToken] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    signIn(token).then((isKnown) => {
      if (isKnown) onDone();
      else setWrong(true);
    }, tellError);
  };
  return (
    <form onSubmit={submit} class="flex flex-col gap-3 text-sm">
      <p>{t(scope === 'admin' ? 'session.explainAdmin' : 'session.explain')}</p>
      <code class="rounded bg-sunken p-2 wrap-anywhere select-all">{t('session.command', { scope })}</code>
      <p class="text-muted">
        {scope === 'paint' && `${t('session.more')} `}
        {t('session.link')}
      </p>
      <label class="flex flex-col gap-1 font-medium">
        {t('session.token')}
        <input
          type="password"
          autocomplete="current-password"
          required
          class="rounded-md border border-line bg-paper px-3 py-2 font-normal"
          value={token}
          aria-invalid={isWrong}
          aria-describedby="token-wrong"
          onInput={(event) => {
            setToken(event.currentTarget.value);
            setWrong(false);
          }}
        />
      </label>
      <p id="token-wrong" role="alert" class="text-bad">
        {isWrong && t('session.wrong')}
      </p>
      <div>
        <Button type="submit" kind="main">
          {t('session.signIn')}
        </Button>
      </div>
    </form>
  );
}
