import { openDialog } from '../act/chosen-actions.ts';
import { mayPaint } from '../api/session.ts';
import { CommandLine } from '../form/command-line.tsx';
import { hrefOf } from '../navigate/router.ts';
import { Button, mainLook } from '../parts/button.tsx';
import { t } from '../texts/text.ts';

/** What one can do in a gallery without a work. */
export function FirstRun() {
  return (
    <div class="mx-auto flex w-full max-w-xl flex-1 flex-col justify-center gap-6 overflow-y-auto p-6">
      <div>
        <h2 class="text-2xl font-semibold">{t('works.empty')}</h2>
        <p class="text-muted">{t('works.emptyHint')}</p>
      </div>
      <section class="flex flex-col items-start gap-2">
        <h3 class="font-medium">{t('first.page')}</h3>
        <a class={mainLook} href={hrefOf('studio')}>
          {t('first.studio')}
        </a>
        <p class="text-sm text-muted">
          {t('first.artist')}{' '}
          <a class="text-ink underline" href={hrefOf('artist')}>
            {t('first.toArtist')}
          </a>
        </p>
      </section>
      <section class="flex flex-col gap-2">
        <h3 class="font-medium">{t('first.terminal')}</h3>
        <CommandLine text={t('first.create')} />
      </section>
      <section class="flex flex-col gap-2">
        <h3 class="font-medium">{t('first.import')}</h3>
        <CommandLine text={t('first.importCommand')} />
      </section>
      {mayPaint.value && (
        <p class="flex flex-wrap items-center gap-3 text-sm">
          <a class="py-1.5 underline" href={hrefOf('', { trash: '1' })}>
            {t('find.showTrash')}
          </a>
          <Button onClick={() => openDialog('history')}>{t('act.history')}</Button>
        </p>
      )}
    </div>
  );
}
