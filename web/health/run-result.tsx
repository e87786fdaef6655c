import type { ComponentChildren } from 'preact';
import { hrefOf } from '../navigate/router.ts';
import { bytesText, t, timeText } from '../texts/text.ts';
import type { HealthRun } from './use-run.ts';

/** What a check found, and what a repair did. */
export function RunResult({ run }: { run: HealthRun }) {
  const time = timeText(run.endedAt ?? run.startedAt);
  if (run.state === 'cancelled') return <p>{t('health.ranCancelled', { time })}</p>;
  if (run.state === 'failed')
    return (
      <p class="text-bad" dir="auto">
        {t('health.ranFailed', { time, message: run.error?.message ?? '' })}
      </p>
    );
  const title = run.of === 'models' ? 'health.ranModels' : run.fix ? 'health.ranRepair' : 'health.ranCheck';
  return (
    <>
      <h3 class="font-semibold">{t(title, { time })}</h3>
      {run.gallery && <OfGallery found={run.gallery} />}
      {run.models && <OfModels found={run.models} />}
    </>
  );
}

function OfGallery({ found }: { found: NonNullable<HealthRun['gallery']> }) {
  const { works, bytes, indexed, thumbnails, repaired, repairs, findings } = found;
  return (
    <>
      <p>{t('health.works', { n: works, size: bytesText(bytes), indexed })}</p>
      {thumbnails.made > 0 && <p>{t('health.thumbnailsMade', { n: thumbnails.made })}</p>}
      <p>{thumbnails.missing > 0 ? t('health.thumbnailsMissing', { n: thumbnails.missing }) : t('health.thumbnailsFine')}</p>
      {repaired > 0 && <Lines title={t('health.repaired', { n: repaired })} lines={repairs} />}
      {found.found === 0 ? (
        <p class="text-good">{t('health.nothingWrong')}</p>
      ) : (
        <Lines
          title={t('health.found', { n: found.found })}
          lines={findings.map(({ kind, path, work, message }) => (
            <>
              <strong>{t(`health.kind.${kind}`)}</strong>{' '}
              {work === null ? (
                path
              ) : (
                <a class="underline" href={hrefOf(`works/${work}`)}>
                  {path}
                </a>
              )}
              : {message}
            </>
          ))}
        />
      )}
    </>
  );
}

function OfModels({ found: { right, wrong, unknown } }: { found: NonNullable<HealthRun['models']> }) {
  return (
    <>
      <p>{t('health.modelsRight', { n: right })}</p>
      {unknown > 0 && <p>{t('health.modelsUnknown', { n: unknown })}</p>}
      {wrong.length > 0 && (
        <Lines
          title={t('health.modelsWrong', { n: wrong.length })}
          lines={wrong.map(({ model, file, state }) => `${model}: ${file} (${state})`)}
        />
      )}
    </>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly ComponentChildren[] }) {
  return (
    <div>
      <p class="font-medium">{title}</p>
      <ul class="mt-1 flex flex-col gap-1 rounded-md bg-sunken p-2 text-xs">
        {lines.map((line, index) => (
          <li key={index} class="break-all" dir="auto">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}
