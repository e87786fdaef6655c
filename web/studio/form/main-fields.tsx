import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { fieldLook } from '../../form/field.tsx';
import { IconButton } from '../../parts/button.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { change, draft, setOption } from './draft.ts';

interface Model {
  name: string;
  title: string | null;
  status: 'bundled' | 'installed' | 'incomplete' | 'available';
}

/** Model, size, number of pictures and seed: what most people change. */
export function MainFields() {
  const models = useSignal<readonly Model[]>([]);
  useEffect(() => {
    ask<{ models: Model[] }>('models', { query: { limit: 5000 } }).then((answer) => {
      models.value = answer.models.filter(({ status }) => status === 'bundled' || status === 'installed');
    }, tellError);
  }, []);
  const { kind, model, options } = draft.value;
  const swap = (): void =>
    change({
      options: Object.fromEntries(
        Object.entries({ ...options, width: options['height'], height: options['width'] }).filter(([, value]) => value !== undefined),
      ),
    });
  return (
    <div class="grid grid-cols-2 gap-3 sm:grid-cols-4 lg:grid-cols-2">
      <Field label={t('studio.model')} isWide>
        <select class={fieldLook} value={model} onChange={(event) => change({ model: event.currentTarget.value })}>
          <option value="">{t('studio.modelDefault')}</option>
          {models.value.map(({ name, title }) => (
            <option key={name} value={name}>
              {title ?? name}
            </option>
          ))}
          {model !== '' && !models.value.some(({ name }) => name === model) && <option value={model}>{model}</option>}
        </select>
      </Field>
      <div class="col-span-2 flex items-end gap-2">
        <NumberField name="width" label={t('studio.width')} min={1} max={8192} />
        <IconButton icon="swap" label={t('studio.swapSize')} onClick={swap} />
        <NumberField name="height" label={t('studio.height')} min={1} max={8192} />
      </div>
      {kind === 'generate' ? (
        <>
          <NumberField name="batchCount" label={t('studio.count')} min={1} max={64} placeholder="1" />
          <NumberField name="seed" label={t('studio.seed')} min={-1} max={Number.MAX_SAFE_INTEGER} placeholder={t('studio.random')} />
        </>
      ) : (
        <Field label={t('studio.candidates')} isWide>
          <select
            class={fieldLook}
            value={String(options['candidates'] ?? '')}
            onChange={({ currentTarget: { value } }) => setOption('candidates', value === '' || value === 'auto' ? value : Number(value))}
          >
            <option value="">{t('studio.candidatesDefault')}</option>
            <option value="auto">{t('studio.candidatesAuto')}</option>
            {[1, 2, 3, 4, 6, 8, 12, 16, 32, 64].map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </select>
        </Field>
      )}
      {draft.value.load && (
        <p class="col-span-full text-xs text-muted">{t('studio.loading', { names: Object.keys(draft.value.load).join(', ') })}</p>
      )}
    </div>
  );
}

function Field({ label, children, isWide = false }: { label: string; children: ComponentChildren; isWide?: boolean }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
    <label class={`flex min-w-0 flex-col gap-1 text-sm font-medium ${isWide ? 'col-span-2' : ''}`}>
      {label}
      {children}
    </label>
  );
}

interface NumberFieldProps {
  name: string;
  label: string;
  min: number;
  max: number;
  placeholder?: string;
}

function NumberField({ name, label, min, max, placeholder = t('studio.default') }: NumberFieldProps) {
  const value = draft.value.options[name];
  return (
    <label class="flex min-w-0 flex-1 flex-col gap-1 text-sm font-medium">
      {label}
      <input
        type="number"
        inputMode="numeric"
        class={fieldLook}
        min={min}
        max={max}
        placeholder={placeholder}
        value={value === undefined ? '' : String(value)}
        onInput={({ currentTarget: { value: text } }) => setOption(name, text === '' ? undefined : Number(text))}
      />
    </label>
  );
}
