import { CommandLine } from '../../form/command-line.tsx';
import { t } from '../../texts/text.ts';

/** How publishing begins: an account is connected in a terminal, because that handles secrets. */
export function FirstAccount() {
  return (
    <section class="flex max-w-xl flex-col gap-3 py-4">
      <h2 class="text-lg font-semibold">{t('publish.noAccounts')}</h2>
      <p class="text-sm text-muted">{t('publish.noAccountsHint')}</p>
      <ConnectCommands />
    </section>
  );
}

export function ConnectCommands() {
  return (
    <>
      <p class="text-sm">{t('publish.connectNetwork')}</p>
      <CommandLine text="ai-artist publish connect mastodon https://example.social" />
      <p class="text-sm">{t('publish.connectFolder')}</p>
      <CommandLine text="ai-artist publish connect folder ~/posts" />
      <p class="text-sm">{t('publish.connectHelp')}</p>
      <CommandLine text="ai-artist publish connect --help" />
    </>
  );
}
