import { useEffect, useState } from 'preact/hooks';
import type { OptionRow } from '../../../lib/server/api/settings/option-view.ts';
import { addJob, editJob, type JobWish, type ScheduledJob, type Simulated, simulate } from '../../api/artist.ts';
import type { ApiError } from '../../api/client.ts';
import { Field, fieldLook, InputField } from '../../form/field.tsx';
import { OptionFields } from '../../form/option-fields.tsx';
import { nested, type OptionValues } from '../../form/option-text.ts';
import { useAnswer } from '../../form/use-answer.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell } from '../../parts/notices.tsx';
import { numberText, t } from '../../texts/text.ts';
import { expressionOf, type Timing, timingOf, usual } from './timing.ts';
import { TimingFields } from './timing-fields.tsx';

const misfires = ['skip', 'once', 'all'] as const;
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = Intl.supportedValuesOf('timeZone');

interface Draft {
  timing: Timing;
  name: string;
  count: string;
  timeZone: string;
  topics: string;
  isRotated: boolean;
  quietFrom: string;
  quietTo: string;
  jitterMinutes: string;
  misfire: ScheduledJob['misfire'];
  attempts: string;
  options: OptionValues;
}

function draftOf(job: ScheduledJob | undefined): Draft {
  const { prompt, version: _, ...options } = job?.payload ?? {};
  const topics = job?.rotation.length ? job.rotation : prompt === undefined ? [] : [prompt];
  return {
    timing: (job && timingOf(job.when)) ?? usual,
    name: job?.name ?? '',
    count: String(job?.count ?? 1),
    timeZone: job?.timeZone ?? ownZone,
    topics: topics.join('\n'),
    isRotated: false,
    quietFrom: job?.quietHours?.from ?? '',
    quietTo: job?.quietHours?.to ?? '',
    jitterMinutes: String((job?.jitterSeconds ?? 0) / 60),
    misfire: job?.misfire ?? 'once',
    attempts: String(job?.attempts ?? 3),
    options,
  };
}

function wishOf(draft: Draft, job: ScheduledJob | undefined): JobWish {
  const topics = draft.topics.split('\n').flatMap((line) => line.trim() || []);
  const before = draftOf(job).options;
  const removed = Object.keys(before).filter((name) => draft.options[name] === undefined);
  const hasQuiet = draft.quietFrom !== '' && draft.quietTo !== '';
  return {
    when: expressionOf(draft.timing),
    // A job without a name of its own is named after its timing.
    ...(draft.name.trim() !== '' && draft.name !== job?.name && { name: draft.name.trim() }),
    ...(draft.timing.kind !== 'batch' && { count: Number(draft.count) }),
    timeZone: draft.timeZone,
    ...(draft.isRotated ? { topicRotation: true } : { topics }),
    ...(hasQuiet ? { quietHours: { from: draft.quietFrom, to: draft.quietTo } } : job?.quietHours ? { quietHours: null } : {}),
    jitterSeconds: Number(draft.jitterMinutes) * 60,
    misfire: draft.misfire,
    attempts: Number(draft.attempts),
    options: { ...nested(draft.options), ...Object.fromEntries(removed.map((name) => [name, null])) },
  };
}

/** Adds a job to the schedule, or changes one. */
export function JobForm({ job, onDone }: { job: ScheduledJob | undefined; onDone: (isChanged: boolean) => void }) {
  const [draft, setDraft] = useState(() => draftOf(job));
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    setProblem(undefined);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const wish = wishOf(draft, job);
    (job ? editJob(job.id, wish) : addJob(wish)).then(
      ({ job: { name }, warnings }) => {
        tell(t(job ? 'artist.job.changed' : 'artist.job.added', { name }));
        for (const warning of warnings) tell(warning);
        onDone(true);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <Dialog isWide title={job ? t('artist.job.edit', { name: job.name }) : t('artist.job.add')} onClose={() => onDone(false)}>
      <form class="flex flex-col gap-4" onSubmit={submit}>
        <TimingFields timing={draft.timing} onChange={(timing) => change({ timing })} />
        <Preview when={expressionOf(draft.timing)} timeZone={draft.timeZone} count={Number(draft.count)} />
        <Works draft={draft} change={change} />
        <Details draft={draft} change={change} />
        <p role="alert" class="text-sm break-words text-bad" dir="auto">
          {problem}
        </p>
        <div class="flex gap-2">
          <Button type="submit" kind="main">
            {job ? t('common.save') : t('artist.job.add')}
          </Button>
          <Button onClick={() => onDone(false)}>{t('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

/** What is painted. */
function Works({ draft, change }: PartProps) {
  return (
    <fieldset class="grid gap-3 sm:grid-cols-2">
      <legend class="mb-1 font-semibold">{t('artist.job.what')}</legend>
      <div class="sm:col-span-2">
        <Field label={t('artist.job.topics')} hint={t('artist.job.topicsHint')}>
          {(ids) => (
            <textarea
              {...ids}
              class={fieldLook}
              rows={3}
              dir="auto"
              disabled={draft.isRotated}
              value={draft.topics}
              onInput={(event) => change({ topics: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <label class="flex items-center gap-2 text-sm sm:col-span-2">
        <input type="checkbox" checked={draft.isRotated} onChange={(event) => change({ isRotated: event.currentTarget.checked })} />
        {t('artist.job.rotate')}
      </label>
      <InputField
        label={t('artist.job.name')}
        hint={t('artist.job.nameHint')}
        maxLength={80}
        value={draft.name}
        onInput={(name) => change({ name })}
      />
      {draft.timing.kind !== 'batch' && (
        <InputField
          isRequired
          type="number"
          label={t('artist.job.count')}
          value={draft.count}
          min={1}
          max={64}
          onInput={(count) => change({ count })}
        />
      )}
    </fieldset>
  );
}

/** What few jobs need. */
function Details({ draft, change }: PartProps) {
  const { value } = useAnswer<{ options: OptionRow[] }>('options', { call: 'create' });
  const rows = value?.options.filter(({ name }) => name !== 'prompt' && name !== 'seed');
  return (
    <details class="rounded-md border border-line">
      <summary class="min-h-9 cursor-pointer px-3 py-2 text-sm font-medium">{t('artist.job.more')}</summary>
      <div class="grid gap-3 p-3 sm:grid-cols-2">
        <Field label={t('artist.job.zone')}>
          {(ids) => (
            <select {...ids} class={fieldLook} value={draft.timeZone} onChange={(event) => change({ timeZone: event.currentTarget.value })}>
              {[...new Set([draft.timeZone, 'UTC', ...zones])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </select>
          )}
        </Field>
        <InputField
          isRequired
          type="number"
          label={t('artist.job.jitter')}
          value={draft.jitterMinutes}
          min={0}
          max={720}
          step="any"
          onInput={(jitterMinutes) => change({ jitterMinutes })}
        />
        <InputField
          label={t('artist.job.quietFrom')}
          hint={t('artist.job.quietHint')}
          type="time"
          value={draft.quietFrom}
          onInput={(quietFrom) => change({ quietFrom })}
        />
        <InputField label={t('artist.job.quietTo')} type="time" value={draft.quietTo} onInput={(quietTo) => change({ quietTo })} />
        <Field label={t('artist.job.misfire')}>
          {(ids) => (
            <select
              {...ids}
              class={fieldLook}
              value={draft.misfire}
              onChange={(event) => change({ misfire: event.currentTarget.value as Draft['misfire'] })}
            >
              {misfires.map((one) => (
                <option key={one} value={one}>
                  {t(`artist.job.misfire.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <InputField
          isRequired
          type="number"
          label={t('artist.job.attempts')}
          value={draft.attempts}
          min={1}
          max={20}
          onInput={(attempts) => change({ attempts })}
        />
      </div>
      {rows && (
        <div class="p-3 pt-0">
          <h3 class="mb-2 text-sm font-medium">{t('artist.job.options')}</h3>
          <OptionFields
            isWide
            rows={rows}
            values={draft.options}
            onChange={(name, value) => change({ options: withOption(draft.options, name, value) })}
          />
        </div>
      )}
    </details>
  );
}

const withOption = (options: OptionValues, name: string, value: unknown): OptionValues =>
  Object.fromEntries(Object.entries({ ...options, [name]: value }).filter(([, one]) => one !== undefined));

const previewDays = 14;
const restMs = 500;

/** What these times bring, simulated by the server. */
function Preview({ when, timeZone, count }: { when: string; timeZone: string; count: number }) {
  const [found, setFound] = useState<Simulated | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(
      () =>
        simulate({ days: previewDays, jobs: [when], timeZone }, abort.signal).then(
          (simulated) => {
            setFound(simulated);
            setProblem(undefined);
          },
          (error: ApiError) => {
            if (abort.signal.aborted) return;
            setFound(undefined);
            setProblem(error.message);
          },
        ),
      restMs,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [when, timeZone]);
  return (
    <p class="text-sm text-muted" aria-live="polite">
      <code class="mr-2 rounded bg-sunken px-1 py-0.5">{when}</code>
      {problem !== undefined && <span class="text-bad">{problem}</span>}
      {found &&
        t('artist.job.preview', {
          days: previewDays,
          runs: numberText(found.runs.due),
          // The simulated job has one work a run, except that a batch says how many.
          works: numberText(found.works.due * (when.startsWith('batch') ? 1 : count)),
        })}
    </p>
  );
}
