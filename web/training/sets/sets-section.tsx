import { useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import { isAdmin } from '../../api/session.ts';
import { addDataSet, type DataSet, dataSetPath, pictureOfSet } from '../../api/training.ts';
import { Answered } from '../../form/answered.tsx';
import { InputField } from '../../form/field.tsx';
import { NeedsToken } from '../../form/for-admins.tsx';
import { Empty } from '../../form/sections.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate, place, setQuery } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { t } from '../../texts/text.ts';
import { LicenceField } from './licence-field.tsx';

/** Data sets: pictures to learn from. */
export function SetsSection() {
  return isAdmin.value ? <Sets /> : <NeedsToken>{t('training.setsAdminOnly')}</NeedsToken>;
}

function Sets() {
  const answer = useAnswer<{ dataSets: string[] }>('training/datasets');
  return (
    <>
      <div>
        <Button kind="main" onClick={() => setQuery({ new: 'true' })}>
          {t('training.set.add')}
        </Button>
      </div>
      <Answered answer={answer}>
        {({ dataSets }) => (
          <>
            {dataSets.length === 0 && <Empty>{t('training.noSets')}</Empty>}
            <ul class="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
              {dataSets.map((name) => (
                <SetCard key={name} name={name} />
              ))}
            </ul>
          </>
        )}
      </Answered>
      {place.value.query['new'] === 'true' && <SetForm />}
    </>
  );
}

const shownPictures = 4;

function SetCard({ name }: { name: string }) {
  const { value } = useAnswer<DataSet>(dataSetPath(name));
  return (
    <li class="overflow-hidden rounded-lg border border-line bg-raised">
      <a href={hrefOf(`training/sets/${encodeURIComponent(name)}`)} class="block hover:bg-sunken">
        <div class="grid h-24 grid-cols-4 gap-px bg-sunken">
          {value?.pictures.slice(0, shownPictures).map((picture) => (
            <img key={picture.file} src={pictureOfSet(name, picture)} alt="" loading="lazy" class="h-24 w-full object-cover" />
          ))}
        </div>
        <div class="p-3 text-sm">
          <p class="truncate font-medium" dir="auto">
            {name}
          </p>
          <p class="text-muted">
            {value && `${t('training.pictures', { n: value.pictures.length })} · ${value.licence ?? t('training.noLicence')}`}
          </p>
        </div>
      </a>
    </li>
  );
}

function SetForm() {
  const [name, setName] = useState('');
  const [licence, setLicence] = useState('own');
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const close = (): void => setQuery({ new: undefined }, { replace: true });
  const submit = (event: Event): void => {
    event.preventDefault();
    addDataSet(name.trim(), licence).then(
      () => navigate(hrefOf(`training/sets/${encodeURIComponent(name.trim())}`), { replace: true }),
      (error: ApiError) => setProblem(error.message),
    );
  };
  return (
    <Dialog title={t('training.set.add')} onClose={close}>
      <form class="flex flex-col gap-3" onSubmit={submit}>
        <InputField label={t('training.set.name')} isRequired maxLength={200} value={name} onInput={setName} />
        <LicenceField label={t('training.set.licence')} value={licence} onChange={setLicence} />
        <p class="text-xs text-muted">{t('training.licenceHint')}</p>
        <p role="alert" class="text-sm break-words text-bad" dir="auto">
          {problem}
        </p>
        <div class="flex gap-2">
          <Button type="submit" kind="main">
            {t('training.set.add')}
          </Button>
          <Button onClick={close}>{t('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
