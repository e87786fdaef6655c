import { useId } from 'preact/hooks';
import { OptionFields } from '../../form/option-fields.tsx';
import { Button } from '../../parts/button.tsx';
import { tell } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { changes, draft, load, resetOptions, setOption } from './draft.ts';
import { isListed, rowsOf } from './options.ts';

/** Every option of the server's table, in its groups. */
export function OptionGroups() {
  const id = useId();
  const { kind, options } = draft.value;
  const resetAll = (): void => {
    const before = draft.value;
    resetOptions(Object.keys(before.options));
    tell(t('option.resetDone'), { action: { label: t('common.undo'), run: () => load(before) } });
  };
  return (
    <section aria-labelledby={id} class="flex flex-col gap-2">
      <div class="flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} class="font-semibold">
          {t('studio.options')}
        </h2>
        {changes.value > 0 && <Button onClick={resetAll}>{t('option.resetAll', { n: changes.value })}</Button>}
      </div>
      <OptionFields rows={(rowsOf(kind) ?? []).filter(isListed)} values={options} onChange={setOption} />
    </section>
  );
}
