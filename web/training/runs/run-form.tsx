import { useState } from 'preact/hooks';
import type { OptionRow } from '../../../lib/server/api/settings/option-view.ts';
import type { ApiError } from '../../api/client.ts';
import { startRun } from '../../api/training.ts';
import { Answered } from '../../form/answered.tsx';
import { Field, fieldLook, InputField } from '../../form/field.tsx';
import { OptionFields } from '../../form/option-fields.tsx';
import { nested, type OptionValues } from '../../form/option-text.ts';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { t } from '../../texts/text.ts';

const presets = ['style', 'subject', 'fast'] as const;
/** Options with a field of their own, and those that the server sets. */
const elsewhere = new Set(['preset', 'steps', 'captions.trigger', 'runFolder', 'data', 'name']);

/** Starts a run. `given`: the data set that was chosen before. */
export function RunForm({ given }: { given: string | undefined }) {
  const sets = useAnswer<{ dataSets: string[] }>('training/datasets');
  const close = (): void => setQuery({ new: undefined }, { replace: true });
  return (
    <Dialog isWide title={t('training.start')} onClose={close}>
      <Answered answer={sets}>
        {({ dataSets }) =>
          dataSets.length === 0 ? (
            <p class="text-sm">
              {t('training.noSets')}{' '}
              <a class="text-accent underline" href={hrefOf('training/sets', { new: 'true' })}>
                {t('training.set.add')}
              </a>
            </p>
          ) : (
            <Fields dataSets={dataSets} given={given} onCancel={close} />
          )
        }
      </Answered>
    </Dialog>
  );
}

function Fields({ dataSets, given, onCancel }: { dataSets: readonly string[]; given: string | undefined; onCancel: () => void }) {
  const [dataSet, setDataSet] = useState(given ?? dataSets[0] ?? '');
  const [options, setOptions] = useState<OptionValues>({});
  const [isShared, setShared] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const rows = useAnswer<{ options: OptionRow[] }>('options', { call: 'train' });
  const change = (name: string, value: unknown): void => {
    setProblem(undefined);
    setOptions((before) => Object.fromEntries(Object.entries({ ...before, [name]: value }).filter(([, one]) => one !== undefined)));
  };
  const textOf = (name: string): string => String(options[name] ?? '');
  const submit = (event: Event): void => {
    event.preventDefault();
    startRun({ dataSet, options: nested(options), share: isShared }).then(
      ({ name }) => navigate(hrefOf(`training/runs/${encodeURIComponent(name)}`), { replace: true }),
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <form class="flex flex-col gap-4" onSubmit={submit}>
      <div class="grid gap-3 sm:grid-cols-2">
        <Field label={t('training.set')}>
          {(ids) => (
            <select {...ids} class={fieldLook} value={dataSet} onChange={(event) => setDataSet(event.currentTarget.value)}>
              {dataSets.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('training.preset')} hint={t('training.presetHint')}>
          {(ids) => (
            <select
              {...ids}
              class={fieldLook}
              value={textOf('preset') || 'style'}
              onChange={(event) => change('preset', event.currentTarget.value)}
            >
              {presets.map((one) => (
                <option key={one} value={one}>
                  {t(`training.preset.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <InputField
          label={t('training.loraName')}
          hint={t('training.loraNameHint')}
          value={textOf('name')}
          onInput={(text) => change('name', text === '' ? undefined : text)}
        />
        <InputField
          label={t('training.trigger')}
          hint={t('training.triggerHint')}
          value={textOf('captions.trigger')}
          onInput={(text) => change('captions.trigger', text === '' ? undefined : text)}
        />
        <InputField
          label={t('training.steps')}
          hint={t('training.stepsHint')}
          type="number"
          min={1}
          max={1_000_000}
          value={textOf('steps')}
          onInput={(text) => change('steps', text === '' ? undefined : Number(text))}
        />
      </div>
      {rows.value && (
        <section aria-label={t('training.allOptions')}>
          <h3 class="mb-2 text-sm font-semibold">{t('training.allOptions')}</h3>
          <OptionFields isWide rows={rows.value.options.filter(({ name }) => !elsewhere.has(name))} values={options} onChange={change} />
        </section>
      )}
      <ShareField isShared={isShared} onChange={setShared} />
      <p role="alert" class="text-sm break-words text-bad" dir="auto">
        {problem}
      </p>
      <div class="flex gap-2">
        <Button type="submit" kind="main">
          {t('training.start')}
        </Button>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}

/** Whether painting goes on beside a run. */
export function ShareField({ isShared, onChange }: { isShared: boolean; onChange: (isShared: boolean) => void }) {
  return (
    <div class="text-sm">
      <label class="flex min-h-6 items-center gap-2">
        <input type="checkbox" checked={isShared} onChange={(event) => onChange(event.currentTarget.checked)} />
        {t('training.share')}
      </label>
      <p class="text-xs text-muted">{t('training.shareHint')}</p>
    </div>
  );
}
