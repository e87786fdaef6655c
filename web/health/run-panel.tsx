import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { t } from '../texts/text.ts';
import { RunResult } from './run-result.tsx';
import { useRun } from './use-run.ts';

/** Checks everything on the disk, and repairs the gallery. */
export function RunPanel({ onEnd }: { onEnd: () => void }) {
  const { run, isRunning, begin, cancel } = useRun(onEnd);
  const [hashes, setHashes] = useState(true);
  const [drop, setDrop] = useState(false);
  return (
    <section class="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4" aria-labelledby="health-disk">
      <h2 id="health-disk" class="text-lg font-semibold">
        {t('health.disk')}
      </h2>
      <p class="text-sm text-muted">
        {t('health.diskIntro')} {t('health.repairIntro')}
      </p>
      <Choice label={t('health.hashes')} isOn={hashes} onChange={setHashes} />
      <Choice label={t('health.drop')} isOn={drop} onChange={setDrop} />
      <div class="flex flex-wrap gap-2">
        <Button isDisabled={isRunning} onClick={() => begin({ hashes })}>
          {t('health.check')}
        </Button>
        <Button isDisabled={isRunning} onClick={() => begin({ hashes, fix: true, drop })}>
          {t('health.repair')}
        </Button>
        <Button isDisabled={isRunning} onClick={() => begin({ of: 'models' })}>
          {t('health.checkModels')}
        </Button>
      </div>
      <div aria-live="polite" class="flex flex-col gap-2 text-sm">
        {run && isRunning && (
          <div class="flex items-center gap-3">
            <div class="flex min-w-0 flex-1 flex-col gap-1">
              <span class="tabular-nums">
                {t('health.progress', { phase: t(`health.phase.${run.phase}`), done: run.done, total: run.total })}
              </span>
              <ProgressBar value={run.done} max={Math.max(1, run.total)} label={t(`health.phase.${run.phase}`)} />
            </div>
            <Button onClick={cancel}>{t('health.cancel')}</Button>
          </div>
        )}
        {run && !isRunning && <RunResult run={run} />}
      </div>
    </section>
  );
}

function Choice({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="flex min-h-6 items-center gap-2 text-sm">
      <input
        type="checkbox"
        class="size-4 accent-accent"
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {label}
    </label>
  );
}
