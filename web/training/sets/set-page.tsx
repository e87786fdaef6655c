import { useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import { isAdmin } from '../../api/session.ts';
import { type Checked, checkDataSet, type DataSet, dataSetPath, removeDataSet, setLicence } from '../../api/training.ts';
import { Answered } from '../../form/answered.tsx';
import { NeedsToken } from '../../form/for-admins.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { LicenceField } from './licence-field.tsx';
import { PictureCard } from './picture-card.tsx';
import { Upload } from './upload.tsx';

/** A data set: its pictures, captions and licences. */
export function SetPage({ name }: { name: string }) {
  return isAdmin.value ? <DataSetView name={name} /> : <NeedsToken>{t('training.setsAdminOnly')}</NeedsToken>;
}

function DataSetView({ name }: { name: string }) {
  const answer = useAnswer<DataSet>(dataSetPath(name));
  const change = (licence: string): void => {
    if (licence === '' || licence === answer.value?.licence) return;
    setLicence(name, licence).then(() => {
      tell(t('training.licenceSet', { licence }));
      answer.again();
    }, tellError);
  };
  return (
    <>
      <a class="text-sm text-accent underline" href={hrefOf('training/sets')}>
        {t('training.allSets')}
      </a>
      <header class="flex flex-wrap items-end gap-3">
        <h2 class="mr-auto text-xl font-semibold break-words max-sm:w-full" dir="auto">
          {name}
        </h2>
        <Button kind="main" onClick={() => navigate(hrefOf('training', { new: name }))}>
          {t('training.trainOn')}
        </Button>
        <RemoveSet name={name} />
      </header>
      <Answered answer={answer}>
        {({ licence, pictures }) => (
          <>
            <div class="max-w-sm">
              <LicenceField label={t('training.set.licence')} value={licence ?? ''} onChange={change} />
              <p class="mt-1 text-xs text-muted">{t('training.licenceHint')}</p>
            </div>
            <Upload name={name} onDone={answer.again} />
            <Check name={name} />
            <p class="text-sm text-muted" aria-live="polite">
              {t('training.pictures', { n: pictures.length })}
            </p>
            <ul class="grid gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
              {pictures.map((picture) => (
                <PictureCard key={picture.file} set={name} licence={licence} picture={picture} onChanged={answer.again} />
              ))}
            </ul>
          </>
        )}
      </Answered>
    </>
  );
}

/** Checks the set as a run would, and says what is wrong with it. */
function Check({ name }: { name: string }) {
  const [isChecking, setChecking] = useState(false);
  const [found, setFound] = useState<Checked | ApiError | undefined>(undefined);
  const check = (): void => {
    setChecking(true);
    checkDataSet(name)
      .then(setFound, (error: ApiError) => setFound(error))
      .finally(() => setChecking(false));
  };
  return (
    <section aria-label={t('training.check')} class="flex flex-col gap-2 text-sm">
      <div>
        <Button isDisabled={isChecking} onClick={check}>
          {t(isChecking ? 'training.checking' : 'training.check')}
        </Button>
      </div>
      <div aria-live="polite">
        {found && 'message' in found && (
          <p class="rounded-lg border border-bad p-3 break-words whitespace-pre-wrap text-bad" dir="auto">
            {found.message}
          </p>
        )}
        {found && 'pictures' in found && (
          <div class="rounded-lg border border-line p-3">
            <p class="text-good">{t('training.checked', { n: found.pictures, licence: found.licence })}</p>
            {found.obligations.length > 0 && <p>{t('training.conditions', { list: found.obligations.join(', ') })}</p>}
            <ul class="list-disc pl-5">
              {found.warnings.map((line) => (
                <li key={line} dir="auto" class="break-words">
                  {line}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </section>
  );
}

/** The only question of this page: the pictures of a removed set cannot be brought back. */
function RemoveSet({ name }: { name: string }) {
  const [isAsked, setAsked] = useState(false);
  const remove = (): void => {
    removeDataSet(name).then(() => {
      tell(t('training.setRemoved', { name }));
      navigate(hrefOf('training/sets'), { replace: true });
    }, tellError);
  };
  return (
    <>
      <Button kind="danger" onClick={() => setAsked(true)}>
        {t('training.removeSet')}
      </Button>
      {isAsked && (
        <Dialog title={t('training.removeSet')} onClose={() => setAsked(false)}>
          <p class="mb-4 text-sm break-words" dir="auto">
            {t('training.removeSetHint', { name })}
          </p>
          <div class="flex gap-2">
            <Button kind="danger" onClick={remove}>
              {t('training.removeForEver')}
            </Button>
            <Button onClick={() => setAsked(false)}>{t('common.cancel')}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
