import { useState } from 'preact/hooks';
import type { Scope } from '../../../lib/server/context.ts';
import { type ApiError, ask } from '../../api/client.ts';
import { dayMs } from '../../api/columns.ts';
import { readSession, session } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { ConfirmedButton } from '../../form/confirmed-button.tsx';
import { Field, fieldLook, InputField } from '../../form/field.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t, timeText } from '../../texts/text.ts';
import { AdminSection } from './admin-section.tsx';
import { Rows } from './rows.tsx';
import { ShownOnce } from './shown-once.tsx';

/** A token, without its text. */
interface Token {
  id: string;
  name: string;
  scope: Scope;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  expired: boolean;
}

const scopes: readonly Scope[] = ['read', 'paint', 'admin'];
const spans = [0, 7, 30, 90, 365] as const;

/** Access tokens: who may reach this server, and what they may do. */
export function TokensSection() {
  return (
    <AdminSection title={t('settings.tokens')} hint={t('settings.tokensHint')} what={t('settings.tokensAdmin')}>
      <Tokens />
    </AdminSection>
  );
}

function Tokens() {
  const answer = useAnswer<{ tokens: Token[] }>('tokens');
  const [made, setMade] = useState<{ name: string; token: string } | undefined>(undefined);
  return (
    <>
      {made && <ShownOnce label={t('settings.tokenMade', { name: made.name })} text={made.token} onDone={() => setMade(undefined)} />}
      <TokenForm
        onMade={(token) => {
          setMade(token);
          answer.again();
        }}
      />
      <Answered answer={answer}>
        {({ tokens }) => (
          <Rows of={tokens} none={t('settings.noTokens')}>
            {(token) => <TokenRow key={token.id} token={token} onRevoked={answer.again} />}
          </Rows>
        )}
      </Answered>
    </>
  );
}

function TokenForm({ onMade }: { onMade: (made: { name: string; token: string }) => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [days, setDays] = useState(0);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    const body = { name: name.trim(), scope, ...(days > 0 && { expiresInSeconds: (days * dayMs) / 1000 }) };
    ask<{ name: string; token: string }>('tokens', { method: 'POST', body }).then(
      (made) => {
        setName('');
        setProblem(undefined);
        onMade(made);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <form class="flex flex-col gap-3 rounded-md border border-line p-3" onSubmit={submit}>
      <h3 class="text-sm font-semibold">{t('settings.newToken')}</h3>
      <div class="grid gap-3 sm:grid-cols-2">
        <InputField
          isRequired
          label={t('settings.tokenName')}
          hint={t('settings.tokenNameHint')}
          maxLength={64}
          value={name}
          onInput={setName}
        />
        <Field label={t('settings.tokenExpires')}>
          {(ids) => (
            <select {...ids} class={fieldLook} value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
              {spans.map((n) => (
                <option key={n} value={n}>
                  {n === 0 ? t('settings.tokenNever') : t('settings.tokenDays', { n })}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <fieldset class="flex flex-col gap-1 text-sm">
        <legend class="mb-1 font-medium">{t('settings.tokenScope')}</legend>
        {scopes.map((one) => (
          <label key={one} class="flex min-h-6 items-start gap-2">
            <input type="radio" name="scope" class="mt-1 accent-accent" checked={scope === one} onChange={() => setScope(one)} />
            <span>
              <b class="font-medium">{one}</b>: <span class="text-muted">{t(`settings.scope.${one}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p role="alert" class="text-sm break-words text-bad empty:hidden" dir="auto">
        {problem}
      </p>
      <div>
        <Button type="submit" kind="main">
          {t('settings.makeToken')}
        </Button>
      </div>
    </form>
  );
}

function TokenRow({ token, onRevoked }: { token: Token; onRevoked: () => void }) {
  const { id, name, scope, createdAt, expiresAt, lastUsedAt, expired } = token;
  const isOwn = session.value?.id === id;
  const revoke = (): void => {
    ask(`tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }).then(() => {
      tell(t('settings.revoked', { name }));
      if (isOwn) readSession().catch(tellError);
      else onRevoked();
    }, tellError);
  };
  const facts = [
    t('settings.tokenCreated', { time: timeText(createdAt) }),
    lastUsedAt === null ? t('settings.tokenUnused') : t('settings.tokenUsed', { time: timeText(lastUsedAt) }),
    ...(expiresAt === null ? [] : [t(expired ? 'settings.tokenExpired' : 'settings.tokenUntil', { time: timeText(expiresAt) })]),
  ];
  return (
    <li class="flex items-center gap-3 p-3 text-sm">
      <div class="min-w-0 flex-1">
        <p class="break-words">
          <span class="font-medium" dir="auto">
            {name}
          </span>{' '}
          <span class="rounded bg-sunken px-1.5 py-0.5 text-xs">{scope}</span>
          {isOwn && <span class="ml-2 text-xs text-accent">{t('settings.tokenOwn')}</span>}
        </p>
        <p class="text-xs text-muted">{facts.join(' · ')}</p>
      </div>
      <ConfirmedButton
        label={t('settings.revoke')}
        title={t('settings.revokeOne', { name })}
        hint={t(isOwn ? 'settings.revokeOwnHint' : 'settings.revokeHint')}
        onConfirm={revoke}
      />
    </li>
  );
}
