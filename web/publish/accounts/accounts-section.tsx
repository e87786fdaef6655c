import { type Account, type AccountsAnswer, postEvents, type Totals } from '../../api/publish.ts';
import { Answered } from '../../form/answered.tsx';
import { CommandLine } from '../../form/command-line.tsx';
import { OpenLine } from '../../form/open-line.tsx';
import { type Answer, useAnswer } from '../../form/use-answer.ts';
import { hrefOf } from '../../navigate/router.ts';
import { t, timeText } from '../../texts/text.ts';
import { figureNames, networkName, totalText } from '../words.ts';
import { connectCommand, tokenText } from './account-words.ts';
import { ConnectCommands, FirstAccount } from './first-account.tsx';

/** The accounts, whether each works, and what its posts brought. */
export function AccountsSection({ answer }: { answer: Answer<AccountsAnswer> }) {
  const totals = useAnswer<{ accounts: Totals[] }>('publish/figures', {}, postEvents);
  return (
    <Answered answer={answer}>
      {({ accounts }) => {
        if (accounts.length === 0) return <FirstAccount />;
        const gone = totals.value?.accounts.filter(({ account }) => !accounts.some(({ name }) => name === account)) ?? [];
        return (
          <section aria-label={t('publish.accounts')} class="flex flex-col gap-3">
            <ul class="flex flex-col gap-2" aria-label={t('publish.accounts')}>
              {accounts.map((account) => (
                <AccountRow
                  key={account.name}
                  account={account}
                  totals={totals.value?.accounts.find((one) => one.account === account.name)}
                />
              ))}
              {gone.map((one) => (
                <li key={one.account} class="rounded-lg border border-dashed border-line p-3 text-sm">
                  <Heading name={one.account} network={one.network} />
                  <p class="text-muted">{t('publish.notConnected')}</p>
                  <TotalsLine totals={one} />
                </li>
              ))}
            </ul>
            <InTerminal first={accounts[0]?.name ?? ''} />
          </section>
        );
      }}
    </Answered>
  );
}

function Heading({ name, network }: { name: string; network: Account['network'] }) {
  return (
    <h2 class="flex flex-wrap items-baseline gap-x-2 font-medium">
      <span dir="auto" class="min-w-0 break-words">
        {name}
      </span>
      <span class="text-sm font-normal text-muted">{networkName(network)}</span>
    </h2>
  );
}

function AccountRow({ account, totals }: { account: Account; totals: Totals | undefined }) {
  const { name, network, handle, url, stopped, connectedAt } = account;
  const token = tokenText(account, Date.now());
  return (
    <li class={`flex flex-col gap-1 rounded-lg border bg-raised p-3 text-sm ${stopped ? 'border-bad' : 'border-line'}`}>
      <div class="flex flex-wrap items-start gap-x-4 gap-y-1">
        <div class="min-w-0 flex-1 basis-60">
          <Heading name={name} network={network} />
          <p class="break-words text-muted" dir="auto">
            {url === null ? (
              handle
            ) : (
              <a class="underline" href={url} target="_blank" rel="noreferrer noopener">
                {handle}
              </a>
            )}
          </p>
        </div>
        <span class={`rounded-full border px-2 py-0.5 text-xs font-medium ${stopped ? 'border-bad text-bad' : 'border-good text-good'}`}>
          {t(stopped ? 'publish.accountStopped' : 'publish.accountWorks')}
        </span>
      </div>
      {stopped && (
        <div class="flex flex-col gap-1">
          <p class="break-words text-bad" dir="auto">
            {stopped.message}
          </p>
          <p>{t('publish.reconnect')}</p>
          <CommandLine text={connectCommand(account)} />
        </div>
      )}
      {token && <p class={token.isNear ? 'text-bad' : 'text-muted'}>{token.text}</p>}
      {totals && <TotalsLine totals={totals} />}
      <p class="flex flex-wrap items-center gap-x-4 text-muted">
        {connectedAt !== null && <span>{t('publish.connectedSince', { time: timeText(connectedAt) })}</span>}
        <a class="inline-flex min-h-8 items-center text-accent underline" href={hrefOf('publish', { account: name })}>
          {t('publish.postsOf')}
          <span class="sr-only"> {name}</span>
        </a>
      </p>
    </li>
  );
}

/** What the posts of an account brought together. */
function TotalsLine({ totals: { published, measured, figures } }: { totals: Totals }) {
  const said = figureNames.flatMap((name) => {
    const figure = figures[name];
    return figure ? [totalText(name, figure, measured)] : [];
  });
  const after = said.length > 0 ? said.join(' · ') : measured > 0 ? t('publish.noFigures') : t('publish.noFiguresYet');
  return (
    <p class="tabular-nums">
      {t('publish.postsOut', { n: published })} · {after}
    </p>
  );
}

/** What handles secrets is done in a terminal. */
function InTerminal({ first }: { first: string }) {
  return (
    <details class="group rounded-lg border border-line">
      <OpenLine look="min-h-10 px-3 py-2 text-sm font-medium">{t('publish.inTerminal')}</OpenLine>
      <div class="flex flex-col gap-2 p-3 pt-0">
        <p class="text-sm text-muted">{t('publish.inTerminalHint')}</p>
        <ConnectCommands />
        <p class="text-sm">{t('publish.disconnect')}</p>
        <CommandLine text={`ai-artist publish disconnect ${first}`} />
        <p class="text-sm">{t('publish.hours')}</p>
        <CommandLine text="ai-artist publish hours" />
      </div>
    </details>
  );
}
