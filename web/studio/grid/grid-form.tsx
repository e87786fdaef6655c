import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { type Job, keepJob, submission } from '../../api/jobs.ts';
import { fieldLook } from '../../form/field.tsx';
import { optionName } from '../../form/option-text.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { tellError } from '../../parts/notices.tsx';
import { hasFields, isText, readStored, store } from '../../parts/storage.ts';
import { t } from '../../texts/text.ts';
import { draft, requestOf } from '../form/draft.ts';
import { rowsOf } from '../form/options.ts';
import { keepOwn } from '../painting/own-jobs.ts';
import { startParts } from '../start/start-picture.ts';
import { type Axis, canVary, mostCells, valuesOf } from './axes.ts';

interface Grid {
  batch: string;
  jobs: Job[];
}

const usual: { x: Axis; y: Axis } = { x: { option: 'cfgScale', text: '1, 3, 5' }, y: { option: '', text: '' } };

const isAxis = hasFields<Axis>({ option: isText, text: isText });

/** Two options with their values: a picture for each pair. */
export function GridForm() {
  const axes = useSignal(readStored('local', 'grid axes', hasFields<typeof usual>({ x: isAxis, y: isAxis })) ?? usual);
  const isBusy = useSignal(false);
  const set = (name: 'x' | 'y', axis: Axis): void => {
    axes.value = { ...axes.value, [name]: axis };
    store('local', 'grid axes', axes.value);
  };
  const { x, y } = axes.value;
  const cells = valuesOf(x).length * Math.max(1, y.option === '' ? 1 : valuesOf(y).length);
  const isPossible =
    x.option !== '' && valuesOf(x).length > 0 && cells <= mostCells && x.option !== y.option && (y.option === '' || valuesOf(y).length > 0);
  const paint = async (): Promise<void> => {
    isBusy.value = true;
    try {
      const { pictures, files } = await startParts();
      const [xAxis, yAxis] = [x, y].map((axis) => ({ option: axis.option, values: valuesOf(axis) }));
      const request = { ...requestOf(draft.peek()), pictures, x: xAxis, ...(y.option !== '' && { y: yAxis }) };
      const { batch, jobs } = await ask<Grid>('grids', { method: 'POST', body: submission(request, files) });
      for (const job of jobs) {
        keepJob(job);
        keepOwn(job);
      }
      navigate(hrefOf('studio', { grid: batch }));
    } catch (error) {
      tellError(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <details class="rounded-md border border-line">
      <summary class="min-h-10 cursor-pointer px-3 py-2 text-sm font-medium select-none">{t('studio.grid')}</summary>
      <div class="flex flex-col gap-4 p-3 pt-1 text-sm">
        <p class="text-muted">{t('studio.gridHelp')}</p>
        <AxisFields legend={t('studio.gridX')} axis={x} onChange={(axis) => set('x', axis)} />
        <AxisFields legend={t('studio.gridY')} axis={y} onChange={(axis) => set('y', axis)} isOptional />
        <div class="flex items-center gap-3">
          <Button kind="main" isDisabled={!isPossible || isBusy.value} onClick={paint}>
            {t('studio.gridPaint')}
          </Button>
          <p class={cells > mostCells ? 'text-bad' : 'text-muted'} aria-live="polite">
            {cells > mostCells ? t('studio.gridTooLarge', { n: cells, most: mostCells }) : t('studio.gridCells', { n: cells })}
          </p>
        </div>
      </div>
    </details>
  );
}

interface AxisFieldsProps {
  legend: string;
  axis: Axis;
  onChange: (axis: Axis) => void;
  isOptional?: boolean;
}

function AxisFields({ legend, axis, onChange, isOptional = false }: AxisFieldsProps) {
  const id = useId();
  const rows = (rowsOf(draft.value.kind) ?? []).filter(canVary);
  const choices = rows.find(({ name }) => name === axis.option)?.choices;
  const isPrompt = axis.option === 'prompt';
  const common = {
    id: `${id}-values`,
    class: fieldLook,
    value: axis.text,
    dir: 'auto' as const,
    onInput: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => onChange({ ...axis, text: value }),
  };
  return (
    <fieldset class="flex flex-col gap-2">
      <legend class="font-medium">{legend}</legend>
      <select
        aria-label={t('studio.gridOption', { axis: legend })}
        class={fieldLook}
        value={axis.option}
        onChange={(event) => onChange({ option: event.currentTarget.value, text: '' })}
      >
        {isOptional && <option value="">{t('studio.gridNone')}</option>}
        <option value="prompt">{t('work.prompt')}</option>
        <option value="model">{t('studio.model')}</option>
        {rows.map(({ name }) => (
          <option key={name} value={name}>
            {optionName(name)}
          </option>
        ))}
      </select>
      {axis.option !== '' && choices && <Choices choices={choices} axis={axis} onChange={onChange} />}
      {axis.option !== '' && !choices && (
        <label for={`${id}-values`} class="flex flex-col gap-1">
          {t(isPrompt ? 'studio.gridPrompts' : 'studio.gridValues')}
          {isPrompt ? <textarea rows={3} {...common} /> : <input type="text" {...common} />}
        </label>
      )}
    </fieldset>
  );
}

function Choices({ choices, axis, onChange }: { choices: readonly string[]; axis: Axis; onChange: (axis: Axis) => void }) {
  const chosen = valuesOf(axis).map(String);
  const toggle = (one: string): void => {
    const next = choices.filter((choice) => (choice === one ? !chosen.includes(one) : chosen.includes(choice)));
    onChange({ ...axis, text: next.join(', ') });
  };
  return (
    <div class="flex flex-wrap gap-x-4 gap-y-1">
      {choices.map((one) => (
        <label key={one} class="flex min-h-6 items-center gap-1.5">
          <input type="checkbox" class="accent-accent" checked={chosen.includes(one)} onChange={() => toggle(one)} />
          {one}
        </label>
      ))}
    </div>
  );
}
