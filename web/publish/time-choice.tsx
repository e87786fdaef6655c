import { fieldLook } from '../form/field.tsx';
import { t } from '../texts/text.ts';

const hourMs = 3_600_000;

/** A time as a field of the browser has it, in its own time zone: `2027-01-01T09:00`. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What such a field has, as the server takes it; '' is as soon as the rules permit. */
export const dueAtOf = (time: string): string | undefined => (time === '' ? undefined : new Date(time).toISOString());

/** The next full hour. */
const nextHour = (): string => localTime(new Date(Math.ceil((Date.now() + 1) / hourMs) * hourMs).toISOString());

/** As soon as the rules permit, or not before a time. @param time of a field; '': as soon as the rules permit */
export function TimeChoice({ time, onChange }: { time: string; onChange: (time: string) => void }) {
  return (
    <fieldset class="flex flex-col gap-1 text-sm">
      <legend class="mb-1 font-medium">{t('publish.when')}</legend>
      <label class="flex min-h-8 items-center gap-2">
        <input type="radio" name="when" class="accent-accent" checked={time === ''} onChange={() => onChange('')} />
        {t('publish.asSoon')}
      </label>
      <div class="flex flex-wrap items-center gap-2">
        <label class="flex min-h-8 items-center gap-2">
          <input type="radio" name="when" class="accent-accent" checked={time !== ''} onChange={() => onChange(nextHour())} />
          {t('publish.notBefore')}
        </label>
        {time !== '' && (
          <input
            type="datetime-local"
            required
            aria-label={t('publish.notBefore')}
            class={`${fieldLook} max-w-60`}
            value={time}
            onInput={(event) => {
              if (event.currentTarget.value !== '') onChange(event.currentTarget.value);
            }}
          />
        )}
      </div>
    </fieldset>
  );
}
