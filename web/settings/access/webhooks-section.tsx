import { useState } from 'preact/hooks';
import type { WebhookEvent } from '../../../lib/server/webhooks/webhook-state.ts';
import { type ApiError, ask, send } from '../../api/client.ts';
import { Answered } from '../../form/answered.tsx';
import { ConfirmedButton } from '../../form/confirmed-button.tsx';
import { InputField } from '../../form/field.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { Button } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t, timeText } from '../../texts/text.ts';
import { AdminSection } from './admin-section.tsx';
import { Rows } from './rows.tsx';
import { ShownOnce } from './shown-once.tsx';

interface Webhook {
  id: string;
  url: string;
  events: WebhookEvent[];
  description: string;
  active: boolean;
  disabledBecause: string | null;
  job: string | null;
}

interface Delivery {
  id: string;
  webhook: string;
  type: string;
  state: 'waiting' | 'dead';
  createdAt: string;
  tries: number;
  nextAt: string | null;
  status: number | null;
  problem: string | null;
}

const every: Readonly<Record<WebhookEvent, true>> = {
  'job.started': true,
  'job.done': true,
  'job.failed': true,
  'job.cancelled': true,
  'work.filed': true,
  'work.changed': true,
  'work.trashed': true,
  'schedule.run': true,
  'training.started': true,
  'training.ended': true,
};
const events = Object.keys(every) as WebhookEvent[];

/** Webhooks: addresses that the server calls when something happens. */
export function WebhooksSection() {
  return (
    <AdminSection title={t('settings.webhooks')} hint={t('settings.webhooksHint')} what={t('settings.webhooksAdmin')}>
      <Webhooks />
    </AdminSection>
  );
}

function Webhooks() {
  const hooks = useAnswer<{ webhooks: Webhook[] }>('webhooks');
  const deliveries = useAnswer<{ deliveries: Delivery[] }>('webhook-deliveries');
  const [secret, setSecret] = useState<string | undefined>(undefined);
  const again = (): void => {
    hooks.again();
    deliveries.again();
  };
  const urlOf = (id: string): string => hooks.value?.webhooks.find((one) => one.id === id)?.url ?? id;
  return (
    <>
      {secret !== undefined && <ShownOnce label={t('settings.hookMade')} text={secret} onDone={() => setSecret(undefined)} />}
      <HookForm
        onMade={(made) => {
          setSecret(made);
          again();
        }}
      />
      <Answered answer={hooks}>
        {({ webhooks }) => (
          <Rows of={webhooks} none={t('settings.noHooks')}>
            {(hook) => <HookRow key={hook.id} hook={hook} onChanged={again} />}
          </Rows>
        )}
      </Answered>
      <Answered answer={deliveries}>
        {({ deliveries: list }) => (
          <section aria-label={t('settings.deliveries')} class="flex flex-col gap-2">
            <div class="flex items-center justify-between gap-3">
              <h3 class="text-sm font-semibold">{t('settings.deliveries')}</h3>
              <Button onClick={again}>{t('settings.refresh')}</Button>
            </div>
            <Rows of={list} none={t('settings.noDeliveries')}>
              {(one) => <DeliveryRow key={one.id} delivery={one} url={urlOf(one.webhook)} onChanged={again} />}
            </Rows>
          </section>
        )}
      </Answered>
    </>
  );
}

function HookForm({ onMade }: { onMade: (secret: string) => void }) {
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [chosen, setChosen] = useState<readonly WebhookEvent[]>([]);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    const body = { url: url.trim(), ...(description !== '' && { description }), ...(chosen.length > 0 && { events: chosen }) };
    ask<{ secret: string }>('webhooks', { method: 'POST', body }).then(
      (made) => {
        setUrl('');
        setDescription('');
        setChosen([]);
        setProblem(undefined);
        onMade(made.secret);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <form class="flex flex-col gap-3 rounded-md border border-line p-3" onSubmit={submit}>
      <h3 class="text-sm font-semibold">{t('settings.newHook')}</h3>
      <div class="grid gap-3 sm:grid-cols-2">
        <InputField
          isRequired
          label={t('settings.hookUrl')}
          hint={t('settings.hookUrlHint')}
          maxLength={2000}
          value={url}
          onInput={setUrl}
        />
        <InputField label={t('settings.hookDescription')} maxLength={500} value={description} onInput={setDescription} />
      </div>
      <fieldset class="text-sm">
        <legend class="mb-1 font-medium">{t('settings.hookEvents')}</legend>
        <div class="flex flex-wrap gap-x-4 gap-y-1">
          {events.map((one) => (
            <label key={one} class="flex min-h-6 items-center gap-1.5">
              <input
                type="checkbox"
                class="accent-accent"
                checked={chosen.includes(one)}
                onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, one] : chosen.filter((other) => other !== one))}
              />
              {one}
            </label>
          ))}
        </div>
      </fieldset>
      <p role="alert" class="text-sm break-words text-bad empty:hidden" dir="auto">
        {problem}
      </p>
      <div>
        <Button type="submit" kind="main">
          {t('settings.makeHook')}
        </Button>
      </div>
    </form>
  );
}

function HookRow({ hook, onChanged }: { hook: Webhook; onChanged: () => void }) {
  const { id, url, active, disabledBecause, description, job } = hook;
  const path = `webhooks/${id}`;
  const act = (action: Promise<unknown>, said: string): void => {
    action.then(() => {
      tell(said);
      onChanged();
    }, tellError);
  };
  return (
    <li class="flex flex-col gap-2 p-3 text-sm">
      <p class="font-medium break-all">{url}</p>
      {description !== '' && (
        <p class="break-words" dir="auto">
          {description}
        </p>
      )}
      <p class="text-xs text-muted">
        {hook.events.length === 0 ? t('settings.hookAll') : hook.events.join(', ')}
        {job !== null && ` · ${t('settings.hookOfJob')}`}
      </p>
      {!active && <p class="text-xs text-bad">{t('settings.hookOff', { why: disabledBecause ?? '' })}</p>}
      <div class="flex flex-wrap gap-2">
        <Button onClick={() => act(send(`${path}/test`, { method: 'POST', body: {} }), t('settings.hookTested'))}>
          {t('settings.hookTest')}
        </Button>
        <Button
          onClick={() =>
            act(send(path, { method: 'PATCH', body: { active: !active } }), t(active ? 'settings.hookIsOff' : 'settings.hookIsOn'))
          }
        >
          {t(active ? 'settings.hookTurnOff' : 'settings.hookTurnOn')}
        </Button>
        <ConfirmedButton
          label={t('settings.hookRemove')}
          title={t('settings.hookRemoveOne', { url })}
          hint={t('settings.hookRemoveHint')}
          onConfirm={() => act(send(path, { method: 'DELETE' }), t('settings.hookRemoved'))}
        />
      </div>
    </li>
  );
}

interface DeliveryRowProps {
  delivery: Delivery;
  url: string;
  onChanged: () => void;
}

function DeliveryRow({ delivery, url, onChanged }: DeliveryRowProps) {
  const { id, type, state, createdAt, tries, nextAt, status, problem } = delivery;
  const path = `webhook-deliveries/${encodeURIComponent(id)}`;
  const act = (action: Promise<unknown>): void => {
    action.then(onChanged, tellError);
  };
  return (
    <li class="flex flex-col gap-1 p-3 text-sm">
      <p class="break-all">
        <span class="font-medium">{type}</span> → {url}
      </p>
      <p class="text-xs text-muted">
        {timeText(createdAt)} · {t('settings.deliveryTries', { n: tries })} ·{' '}
        {nextAt === null ? t('settings.deliveryDead') : t('settings.deliveryNext', { time: timeText(nextAt) })}
      </p>
      {(problem !== null || status !== null) && (
        <p class="text-xs break-words text-bad" dir="auto">
          {problem ?? t('settings.deliveryStatus', { status: String(status) })}
        </p>
      )}
      <div class="flex gap-2">
        {state === 'dead' && (
          <Button onClick={() => act(send(`${path}/retry`, { method: 'POST', body: {} }))}>{t('settings.deliveryRetry')}</Button>
        )}
        <Button onClick={() => act(send(path, { method: 'DELETE' }))}>{t('settings.deliveryForget')}</Button>
      </div>
    </li>
  );
}
