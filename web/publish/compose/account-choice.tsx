import type { Account } from '../../api/publish.ts';
import { t } from '../../texts/text.ts';
import { networkName } from '../words.ts';

interface AccountChoiceProps {
  accounts: readonly Account[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Where the posts go. */
export function AccountChoice({ accounts, chosen, onChange }: AccountChoiceProps) {
  return (
    <fieldset class="flex flex-col text-sm">
      <legend class="mb-1 font-medium">{t('publish.toAccounts')}</legend>
      {accounts.map(({ name, network, handle, stopped }) => (
        <label key={name} class="flex min-h-9 items-center gap-2">
          <input
            type="checkbox"
            class="accent-accent"
            checked={chosen.includes(name)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...chosen, name] : chosen.filter((one) => one !== name))}
          />
          <span class="min-w-0 break-words" dir="auto">
            {networkName(network)} <span class="text-muted">{handle || name}</span>
            {stopped && <span class="text-bad"> · {t('publish.accountStopped')}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
