import type { Account, PostPage, PostState } from '../../api/publish.ts';
import { ChoiceLinks, hrefWith } from '../../form/choice-links.tsx';
import { fieldLook } from '../../form/field.tsx';
import { place, setQuery } from '../../navigate/router.ts';
import { t } from '../../texts/text.ts';
import { networkName } from '../words.ts';

/** States that belong together for a person. */
const groups = {
  person: ['draft', 'failed', 'unknown'],
  way: ['approved', 'uploading', 'processing', 'armed'],
  out: ['published'],
  ended: ['cancelled'],
} as const satisfies Record<string, readonly PostState[]>;
type Group = keyof typeof groups;
const names = Object.keys(groups) as Group[];

export interface Filter {
  group: Group | undefined;
  account: string | undefined;
}

/** What the address asks for. */
export function filterOf(): Filter {
  const { state, account } = place.value.query;
  return { group: names.find((one) => one === state), account };
}

/** As the server takes it. */
export const queryOf = ({ group, account }: Filter): Record<string, string | undefined> => ({
  state: group && groups[group].join(','),
  account,
});

interface FiltersProps {
  filter: Filter;
  accounts: readonly Account[];
  counts: PostPage['counts'];
}

/** Which posts are shown; the address keeps it. */
export function Filters({ filter: { group, account }, accounts, counts }: FiltersProps) {
  const numberOf = (of: readonly PostState[]): number => of.reduce((sum, state) => sum + counts[state], 0);
  const all = numberOf(Object.keys(counts) as PostState[]);
  return (
    <div class="flex flex-wrap items-center gap-3">
      <ChoiceLinks
        label={t('publish.filter')}
        items={[
          { href: hrefWith({ state: undefined }), label: t('publish.filter.all', { n: all }), isShown: group === undefined },
          ...names.map((one) => ({
            href: hrefWith({ state: one }),
            label: t(`publish.filter.${one}`, { n: numberOf(groups[one]) }),
            isShown: one === group,
          })),
        ]}
      />
      {(accounts.length > 1 || account !== undefined) && (
        <select
          class={`${fieldLook} max-w-60 flex-1 basis-40`}
          aria-label={t('publish.account')}
          value={account ?? ''}
          onChange={(event) => setQuery({ account: event.currentTarget.value || undefined })}
        >
          <option value="">{t('publish.allAccounts')}</option>
          {accounts.map(({ name, network }) => (
            <option key={name} value={name}>
              {t('publish.accountOn', { name, network: networkName(network) })}
            </option>
          ))}
          {account !== undefined && !accounts.some(({ name }) => name === account) && <option value={account}>{account}</option>}
        </select>
      )}
    </div>
  );
}
