import { setQuery } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { t } from '../texts/text.ts';
import { conditionsOf, queryOf } from './conditions.ts';

const isScore = (field: string | undefined): boolean => field === 'score';
const bound = (value: string): string => (value.trim() === '' || Number.isNaN(Number(value)) ? '' : value.trim());

/** Narrows to works that were kept for a score between two numbers. */
export function ScoreRange({ query }: { query: string }) {
  const conditions = conditionsOf(query);
  const [from = '', to = ''] = conditions.find(({ field, not }) => isScore(field) && !not)?.value.split('..') ?? [];
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const least = bound(String(data.get('from') ?? ''));
    const greatest = bound(String(data.get('to') ?? ''));
    const others = queryOf(conditions.filter(({ field, not }) => !isScore(field) || not));
    const range = least === '' && greatest === '' ? '' : `score:${least}..${greatest}`;
    setQuery({ q: `${others} ${range}`.trim() });
  };
  return (
    <form class="border-t border-line pt-2" onSubmit={submit} key={`${from} ${to}`}>
      <fieldset class="flex flex-wrap items-end gap-2 text-sm">
        <legend class="mb-1 px-1 font-semibold">{t('find.score')}</legend>
        <Bound name="from" label={t('find.from')} value={bound(from)} />
        <Bound name="to" label={t('find.to')} value={bound(to)} />
        <Button type="submit">{t('find.apply')}</Button>
      </fieldset>
    </form>
  );
}

function Bound({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <label class="flex w-16 flex-col text-muted">
      {label}
      <input
        name={name}
        type="number"
        step="any"
        defaultValue={value}
        class="w-full rounded-md border border-line bg-raised px-2 py-1.5 text-ink"
      />
    </label>
  );
}
