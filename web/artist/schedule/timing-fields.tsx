import { Field, fieldLook, InputField } from '../../form/field.tsx';
import { t } from '../../texts/text.ts';
import { type Kind, kinds, type Timing, weekdays } from './timing.ts';

/** When a job runs. */
export function TimingFields({ timing, onChange }: { timing: Timing; onChange: (timing: Timing) => void }) {
  const change = (part: Partial<Timing>): void => onChange({ ...timing, ...part });
  const { kind } = timing;
  return (
    <fieldset class="grid gap-3 sm:grid-cols-2">
      <legend class="mb-1 font-semibold">{t('artist.job.when')}</legend>
      <Field label={t('artist.job.kind')}>
        {(ids) => (
          <select {...ids} class={fieldLook} value={kind} onChange={(event) => change({ kind: event.currentTarget.value as Kind })}>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {t(`artist.kind.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {(kind === 'daily' || kind === 'weekly' || kind === 'batch') && (
        <InputField isRequired label={t('artist.job.at')} type="time" value={timing.at} onInput={(at) => change({ at })} />
      )}
      {kind === 'every' && (
        <InputField
          isRequired
          label={t('artist.job.every')}
          hint={t('artist.job.everyHint')}
          value={timing.every}
          onInput={(every) => change({ every })}
        />
      )}
      {kind === 'once' && (
        <InputField
          isRequired
          label={t('artist.job.once')}
          type="datetime-local"
          value={timing.once}
          onInput={(once) => change({ once })}
        />
      )}
      {kind === 'batch' && (
        <InputField
          isRequired
          label={t('artist.job.count')}
          type="number"
          min={1}
          max={64}
          value={timing.works}
          onInput={(works) => change({ works })}
        />
      )}
      {kind === 'cron' && (
        <InputField
          isRequired
          label={t('artist.job.cron')}
          hint={t('artist.job.cronHint')}
          value={timing.cron}
          onInput={(cron) => change({ cron })}
        />
      )}
      {kind === 'weekly' && (
        <fieldset class="flex flex-wrap gap-3 sm:col-span-2">
          <legend class="mb-1 text-sm font-medium">{t('artist.job.days')}</legend>
          {weekdays.map((day) => (
            <label key={day} class="flex min-h-6 items-center gap-1 text-sm">
              <input
                type="checkbox"
                checked={timing.days.includes(day)}
                onChange={({ currentTarget: { checked } }) =>
                  change({ days: checked ? [...timing.days, day] : timing.days.filter((one) => one !== day) })
                }
              />
              {t(`artist.day.${day}`)}
            </label>
          ))}
        </fieldset>
      )}
    </fieldset>
  );
}
