import { useSignal } from '@preact/signals';
import { changeJob, type Job } from '../api/jobs.ts';
import { fieldLook } from '../form/field.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { loadQueue } from './queue-list.ts';

const numbers = ['steps', 'cfgScale', 'seed', 'width', 'height'] as const;
type NumberName = (typeof numbers)[number];
const labels = {
  steps: 'queue.steps',
  cfgScale: 'queue.cfgScale',
  seed: 'studio.seed',
  width: 'studio.width',
  height: 'studio.height',
} as const;

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Changes a job that waits: its prompt and the options that people change most. */
export function EditDialog({ job, onClose }: { job: Job; onClose: () => void }) {
  const options = job.request?.options ?? {};
  const prompt = useSignal(textOf(options['prompt']));
  const negative = useSignal(textOf(options['negativePrompt']));
  const values = useSignal(Object.fromEntries(numbers.map((name) => [name, textOf(options[name])])) as Record<NumberName, string>);
  const isCreate = job.request?.kind === 'create';

  const save = (event: Event): void => {
    event.preventDefault();
    const changed: Record<string, unknown> = {};
    for (const name of numbers)
      if (values.value[name] !== textOf(options[name])) changed[name] = values.value[name] === '' ? null : Number(values.value[name]);
    if (negative.value !== textOf(options['negativePrompt'])) changed['negativePrompt'] = negative.value === '' ? null : negative.value;
    const isPrompt = prompt.value !== textOf(options['prompt']);
    if (!isPrompt && Object.keys(changed).length === 0) return onClose();
    changeJob(job.id, { ...(isPrompt && { prompt: prompt.value }), ...(Object.keys(changed).length > 0 && { options: changed }) }).then(
      () => {
        tell(t('queue.edited'));
        onClose();
        loadQueue();
      },
      tellError,
    );
  };
  return (
    <Dialog title={t('queue.editTitle')} onClose={onClose}>
      <form class="flex flex-col gap-3 text-sm" onSubmit={save}>
        <label class="flex flex-col gap-1 font-medium">
          {t('work.prompt')}
          <textarea
            rows={4}
            dir="auto"
            class={fieldLook}
            value={prompt.value}
            onInput={(event) => {
              prompt.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="flex flex-col gap-1 font-medium">
          {t('work.negativePrompt')}
          <input
            dir="auto"
            class={fieldLook}
            value={negative.value}
            onInput={(event) => {
              negative.value = event.currentTarget.value;
            }}
          />
        </label>
        <div class="grid grid-cols-2 gap-3">
          {numbers
            .filter((name) => !(isCreate && name === 'seed'))
            .map((name) => (
              <label key={name} class="flex flex-col gap-1 font-medium">
                {t(labels[name])}
                <input
                  type="number"
                  step="any"
                  class={fieldLook}
                  placeholder={t('studio.default')}
                  value={values.value[name]}
                  onInput={(event) => {
                    values.value = { ...values.value, [name]: event.currentTarget.value };
                  }}
                />
              </label>
            ))}
        </div>
        <p class="text-xs text-muted">{t('queue.editHelp')}</p>
        <div>
          <Button type="submit" kind="main">
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
