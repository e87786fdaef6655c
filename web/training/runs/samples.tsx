import { useState } from 'preact/hooks';
import { type Curve, sampleOf } from '../../api/training.ts';
import { Field, fieldLook } from '../../form/field.tsx';
import { t } from '../../texts/text.ts';

/** Samples of the same prompts and seeds over the steps of a run, and one of them before and after. */
export function Samples({ run, samples }: { run: string; samples: Curve['samples'] }) {
  const most = Math.max(0, ...samples.map(({ pictures }) => pictures));
  const [shown, setShown] = useState(0);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || most === 0) return null;
  return (
    <section aria-label={t('training.samples')} class="flex flex-col gap-3">
      <h3 class="font-semibold">{t('training.samples')}</h3>
      {most > 1 && (
        <div class="max-w-48">
          <Field label={t('training.sample')}>
            {(ids) => (
              <select {...ids} class={fieldLook} value={String(shown)} onChange={(event) => setShown(Number(event.currentTarget.value))}>
                {Array.from({ length: most }, (_, index) => (
                  <option key={index} value={String(index)}>
                    {t('training.sampleNumber', { n: index + 1 })}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
      {first !== last && (
        <div class="grid max-w-3xl grid-cols-2 gap-3">
          <Sample run={run} step={first.step} index={shown} label={t('training.before')} isLarge />
          <Sample run={run} step={last.step} index={shown} label={t('training.after', { step: last.step })} isLarge />
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={t('training.strip')} tabIndex={0} class="flex gap-2 overflow-x-auto pb-2">
        {samples
          .filter(({ pictures }) => shown < pictures)
          .map(({ step }) => (
            <Sample key={step} run={run} step={step} index={shown} label={t('training.atStep', { step })} />
          ))}
      </section>
    </section>
  );
}

interface SampleProps {
  run: string;
  step: number;
  index: number;
  label: string;
  isLarge?: boolean;
}

function Sample({ run, step, index, label, isLarge = false }: SampleProps) {
  return (
    <figure class={`text-xs text-muted ${isLarge ? 'min-w-0' : 'shrink-0'}`}>
      <img
        src={sampleOf(run, step, index)}
        alt={t('training.sampleAlt', { n: index + 1, step })}
        loading="lazy"
        class={`rounded-md bg-sunken object-contain ${isLarge ? 'aspect-square w-full' : 'h-28 w-28'}`}
      />
      <figcaption>{label}</figcaption>
    </figure>
  );
}
