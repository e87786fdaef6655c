import { useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import { actOnRun, adoptRun, isOpen, isResumable, loraOf, prolongRun, type Run, removeRun } from '../../api/training.ts';
import { InputField } from '../../form/field.tsx';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { ShareField } from './run-form.tsx';

/** Stopping, resuming, prolonging, downloading, adopting and removing a run. */
export function RunActions({ run, onChanged }: { run: Run; onChanged: () => void }) {
  const [shown, show] = useState<'prolong' | 'adopt' | 'remove' | undefined>(undefined);
  const { name, state, step } = run;
  const act = (action: Promise<unknown>, said: string): void => {
    action.then(() => {
      tell(said);
      onChanged();
    }, tellError);
  };
  const close = (isChanged: boolean): void => {
    show(undefined);
    if (isChanged) onChanged();
  };
  const remove = (): void => {
    removeRun(name).then(() => {
      tell(t('training.runRemoved', { name }));
      navigate(hrefOf('training'), { replace: true });
    }, tellError);
  };
  const isEnded = !isOpen(run);
  const hasProgress = step !== null && step > 0;
  return (
    <div class="flex flex-wrap gap-2">
      {(state === 'running' || state === 'waiting') && (
        <Button onClick={() => act(actOnRun(name, 'stop'), t('training.stopping'))}>{t('training.stop')}</Button>
      )}
      {isResumable(run) && (
        <Button kind="main" onClick={() => act(actOnRun(name, 'resume'), t('training.resuming'))}>
          {t('training.resume')}
        </Button>
      )}
      {isEnded && hasProgress && (
        <>
          <Button onClick={() => show('prolong')}>{t('training.prolong')}</Button>
          <a
            href={loraOf(name)}
            download
            data-server=""
            class="inline-flex min-h-9 items-center rounded-md border border-line bg-raised px-3 py-1 text-sm font-medium hover:bg-sunken"
          >
            {t('training.download')}
          </a>
          <Button onClick={() => show('adopt')}>{t('training.adopt')}</Button>
        </>
      )}
      {isEnded && (
        <Button kind="danger" onClick={() => show('remove')}>
          {t('training.removeRun')}
        </Button>
      )}
      {shown === 'prolong' && <Prolong run={run} onDone={close} />}
      {shown === 'adopt' && <Adopt run={run} onDone={close} />}
      {shown === 'remove' && (
        <Dialog title={t('training.removeRun')} onClose={() => show(undefined)}>
          <p class="mb-4 text-sm">{t('training.removeRunHint')}</p>
          <div class="flex gap-2">
            <Button kind="danger" onClick={remove}>
              {t('training.removeForEver')}
            </Button>
            <Button onClick={() => show(undefined)}>{t('common.cancel')}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

interface AskProps {
  run: Run;
  onDone: (isChanged: boolean) => void;
}

function Prolong({ run: { name, steps, step }, onDone }: AskProps) {
  const before = steps ?? step ?? 0;
  const [wanted, setWanted] = useState(String(before * 2));
  const [isShared, setShared] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    prolongRun(name, Number(wanted), isShared).then(
      () => {
        tell(t('training.resuming'));
        onDone(true);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <Dialog title={t('training.prolong')} onClose={() => onDone(false)}>
      <form class="flex flex-col gap-3" onSubmit={submit}>
        <InputField
          label={t('training.stepsInAll')}
          hint={t('training.stepsBefore', { n: before })}
          type="number"
          min={1}
          isRequired
          value={wanted}
          onInput={setWanted}
        />
        <ShareField isShared={isShared} onChange={setShared} />
        <p role="alert" class="text-sm break-words text-bad" dir="auto">
          {problem}
        </p>
        <div>
          <Button type="submit" kind="main">
            {t('training.prolong')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Adopt({ run: { name, lora }, onDone }: AskProps) {
  const [wanted, setWanted] = useState(lora ?? name);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    adoptRun(name, wanted.trim()).then(
      (adopted) => {
        tell(t('training.adopted', { name: adopted.lora }));
        onDone(true);
      },
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <Dialog title={t('training.adopt')} onClose={() => onDone(false)}>
      <form class="flex flex-col gap-3" onSubmit={submit}>
        <InputField
          label={t('training.adoptAs')}
          hint={t('training.adoptHint')}
          isRequired
          maxLength={100}
          value={wanted}
          onInput={setWanted}
        />
        <p role="alert" class="text-sm break-words text-bad" dir="auto">
          {problem}
        </p>
        <div>
          <Button type="submit" kind="main">
            {t('training.adopt')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
