import { useState } from 'preact/hooks';
import { addSeries, type Series } from '../../api/artist.ts';
import type { ApiError } from '../../api/client.ts';
import { isAdmin } from '../../api/session.ts';
import { Answered } from '../../form/answered.tsx';
import { InputField } from '../../form/field.tsx';
import { ForAdmins } from '../../form/for-admins.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate, place, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { t } from '../../texts/text.ts';
import { namesOf } from '../periods/words.ts';

/** Series of works on one subject or in one style. */
export function SeriesSection() {
  const answer = useAnswer<{ series: Series[] }>('series');
  return (
    <>
      <ForAdmins what={t('artist.adminOnly')}>
        <div>
          <Button kind="main" onClick={() => setQuery({ new: 'true' })}>
            {t('artist.series.add')}
          </Button>
        </div>
      </ForAdmins>
      <Answered answer={answer}>
        {({ series }) => (
          <>
            {series.length === 0 && <Empty>{t('artist.noSeries')}</Empty>}
            <ul class="flex flex-col gap-2">
              {[...series].reverse().map(({ id, name, works, ended, subjects, styles, topic }) => (
                <li key={id} class="rounded-lg border border-line bg-raised p-3 text-sm">
                  <a class="font-medium text-accent underline" href={hrefOf(`artist/series/${encodeURIComponent(id)}`)} dir="auto">
                    {name}
                  </a>
                  {ended && <span class="ml-2 rounded bg-sunken px-1.5 text-xs">{t('artist.state.ended')}</span>}
                  <p class="truncate text-muted" dir="auto">
                    {[t('works.count', { n: works }), topic ?? '', ...subjects, ...styles].filter((one) => one !== '').join(' · ')}
                  </p>
                </li>
              ))}
            </ul>
          </>
        )}
      </Answered>
      {isAdmin.value && place.value.query['new'] === 'true' && <SeriesForm />}
    </>
  );
}

const usual = { name: '', works: '', subjects: '', topic: '', styles: '', seed: '' };

const hints: Partial<Record<keyof typeof usual, string>> = {
  works: t('artist.series.worksHint'),
  subjects: t('artist.period.namesHint'),
  styles: t('artist.period.namesHint'),
};

function SeriesForm() {
  const [draft, setDraft] = useState(usual);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const close = (): void => setQuery({ new: undefined }, { replace: true });
  const submit = (event: Event): void => {
    event.preventDefault();
    const { name, works, subjects, topic, styles, seed } = draft;
    addSeries({
      name,
      subjects: namesOf(subjects),
      styles: namesOf(styles),
      ...(works !== '' && { works: Number(works) }),
      ...(topic !== '' && { topic }),
      ...(seed !== '' && { seed: Number(seed) }),
    }).then(
      ({ id }) => navigate(hrefOf(`artist/series/${encodeURIComponent(id)}`), { replace: true }),
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <Dialog title={t('artist.series.add')} onClose={close}>
      <form class="flex flex-col gap-3" onSubmit={submit}>
        {(['name', 'subjects', 'styles', 'topic', 'works', 'seed'] as const).map((field) => (
          <InputField
            key={field}
            label={t(`artist.series.${field}`)}
            hint={hints[field]}
            type={field === 'works' || field === 'seed' ? 'number' : 'text'}
            min={field === 'works' ? 1 : 0}
            isRequired={field === 'name'}
            value={draft[field]}
            onInput={(value) => setDraft({ ...draft, [field]: value })}
          />
        ))}
        <p role="alert" class="text-sm text-bad" dir="auto">
          {problem}
        </p>
        <div class="flex gap-2">
          <Button type="submit" kind="main">
            {t('artist.series.add')}
          </Button>
          <Button onClick={close}>{t('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
