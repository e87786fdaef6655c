import { useState } from 'preact/hooks';
import { type Period, startPeriod } from '../../api/artist.ts';
import type { ApiError } from '../../api/client.ts';
import { Field, fieldLook, InputField } from '../../form/field.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { namesOf } from './words.ts';

const claims = ['consistency', 'novelty', 'vendi', 'score', 'rating'] as const;
const usual = {
  name: '',
  start: '',
  at: '',
  works: '',
  until: '',
  topics: '',
  styles: '',
  hypothesis: '',
  measure: '',
  is: '>',
  value: '',
};
type Draft = typeof usual;

function bodyOf({ name, start, at, works, until, topics, styles, hypothesis, measure, is, value }: Draft): object {
  return {
    name,
    ...(start === 'at' && { starts: { at: new Date(at).toISOString() } }),
    ...(start.startsWith('after ') && { starts: { after: start.slice('after '.length) } }),
    ends: [...(works === '' ? [] : [{ works: Number(works) }]), ...(until === '' ? [] : [{ at: new Date(until).toISOString() }])],
    ...(hypothesis.trim() !== '' && {
      hypothesis: { text: hypothesis, ...(measure !== '' && value !== '' && { claim: `${measure} ${is} ${value}` }) },
    }),
    topics: namesOf(topics),
    styles: namesOf(styles).map((style) => ({ name: style })),
  };
}

/** Starts a period, or plans one. */
export function PeriodForm({ periods, onDone }: { periods: readonly Period[]; onDone: (isChanged: boolean) => void }) {
  const [draft, setDraft] = useState(usual);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const set = (name: keyof Draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [name]: event.currentTarget.value });
  const submit = (event: Event): void => {
    event.preventDefault();
    startPeriod(bodyOf(draft)).then(
      ({ period }) => {
        tell(t(period.state === 'planned' ? 'artist.period.planned' : 'artist.period.started', { name: period.name }));
        onDone(true);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  const input = (name: keyof Draft, type: 'text' | 'number' | 'datetime-local', hint?: string) => (
    <InputField
      label={t(`artist.period.${name}`)}
      hint={hint}
      type={type}
      value={draft[name]}
      onInput={(value) => setDraft({ ...draft, [name]: value })}
      isRequired={name === 'name' || name === 'at'}
    />
  );
  return (
    <Dialog isWide title={t('artist.period.add')} onClose={() => onDone(false)}>
      <form class="grid gap-3 sm:grid-cols-2" onSubmit={submit}>
        {input('name', 'text')}
        <Field label={t('artist.period.start')}>
          {(ids) => (
            <select {...ids} class={fieldLook} value={draft.start} onChange={set('start')}>
              <option value="">{t('artist.period.now')}</option>
              <option value="at">{t('artist.period.later')}</option>
              {periods
                .filter(({ state }) => state !== 'ended')
                .map(({ id, name }) => (
                  <option key={id} value={`after ${name}`}>
                    {t('artist.startsAfter', { name })}
                  </option>
                ))}
            </select>
          )}
        </Field>
        {draft.start === 'at' && input('at', 'datetime-local')}
        {input('works', 'number', t('artist.period.endsHint'))}
        {input('until', 'datetime-local')}
        {input('topics', 'text', t('artist.period.namesHint'))}
        {input('styles', 'text', t('artist.period.namesHint'))}
        <div class="sm:col-span-2">
          <Field label={t('artist.period.hypothesis')} hint={t('artist.period.hypothesisHint')}>
            {(ids) => <textarea {...ids} class={fieldLook} rows={2} dir="auto" value={draft.hypothesis} onInput={set('hypothesis')} />}
          </Field>
        </div>
        {draft.hypothesis.trim() !== '' && (
          <fieldset class="flex flex-wrap gap-2 sm:col-span-2">
            <legend class="mb-1 text-sm font-medium">{t('artist.period.claim')}</legend>
            <select class={`${fieldLook} max-w-44`} aria-label={t('artist.period.measure')} value={draft.measure} onChange={set('measure')}>
              <option value="">{t('common.none')}</option>
              {claims.map((one) => (
                <option key={one} value={one}>
                  {t(`artist.measure.${one}`)}
                </option>
              ))}
            </select>
            <select class={`${fieldLook} max-w-28`} aria-label={t('artist.period.is')} value={draft.is} onChange={set('is')}>
              <option value=">">{t('artist.period.above')}</option>
              <option value="<">{t('artist.period.below')}</option>
            </select>
            <input
              class={`${fieldLook} max-w-28`}
              type="number"
              step="any"
              aria-label={t('artist.period.value')}
              value={draft.value}
              onInput={set('value')}
            />
          </fieldset>
        )}
        <p role="alert" class="text-sm break-words text-bad sm:col-span-2" dir="auto">
          {problem}
        </p>
        <div class="flex gap-2 sm:col-span-2">
          <Button type="submit" kind="main">
            {t('artist.period.add')}
          </Button>
          <Button onClick={() => onDone(false)}>{t('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
