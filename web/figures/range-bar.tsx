import { isoDay } from '../calendar/years.ts';
import { hrefOf, place, setQuery } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { choices, isReversed, type Range, today } from './range.ts';

/** The address of this section with another part of the query. */
export const hrefWith = (change: Readonly<Record<string, string | undefined>>): string =>
  hrefOf(place.value.path.map(encodeURIComponent).join('/'), { ...place.value.query, ...change });

interface ChoiceLinksProps {
  label: string;
  items: readonly { href: string; label: string; isShown: boolean }[];
}

/** Links of which one is chosen, as one bar. */
export function ChoiceLinks({ label, items }: ChoiceLinksProps) {
  return (
    <nav aria-label={label} class="flex max-w-full overflow-x-auto rounded-md border border-line bg-sunken p-0.5 text-sm">
      {items.map(({ href, label: name, isShown }) => (
        <a
          key={name}
          href={href}
          aria-current={isShown ? 'true' : undefined}
          class={`inline-flex min-h-8 items-center rounded px-3 whitespace-nowrap ${isShown ? 'bg-raised font-medium text-ink shadow-sm' : 'text-muted hover:text-ink'}`}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}

/** The days that the figures are of. */
export function RangeBar({ range }: { range: Range }) {
  const { choice, from, to } = range;
  return (
    <div class="flex flex-wrap items-center gap-3">
      <ChoiceLinks
        label={t('figures.range')}
        items={choices.map((one) => ({
          href: hrefWith(
            one === 'own'
              ? { range: one, from: from ?? isoDay(today() - 29), to: to ?? isoDay(today()) }
              : { range: one, from: undefined, to: undefined },
          ),
          label: t(`figures.range.${one}`),
          isShown: one === choice,
        }))}
      />
      {choice === 'own' && (
        <>
          <Day label={t('figures.from')} name="from" value={from} />
          <Day label={t('figures.to')} name="to" value={to} />
          {isReversed(range) && (
            <p role="alert" class="text-sm text-bad">
              {t('figures.reversed')}
            </p>
          )}
        </>
      )}
    </div>
  );
}

function Day({ label, name, value }: { label: string; name: 'from' | 'to'; value: string | undefined }) {
  return (
    <label class="flex items-center gap-2 text-sm">
      {label}
      <input
        type="date"
        class="min-h-9 rounded-md border border-line bg-raised px-2"
        value={value ?? ''}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value }, { replace: true })}
      />
    </label>
  );
}
