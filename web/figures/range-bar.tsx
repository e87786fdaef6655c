import { isoDay } from '../calendar/years.ts';
import { ChoiceLinks, hrefWith } from '../form/choice-links.tsx';
import { setQuery } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { choices, isReversed, type Range, today } from './range.ts';

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
