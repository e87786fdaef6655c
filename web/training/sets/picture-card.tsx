import { useState } from 'preact/hooks';
import { addPicture, type Picture, pictureOfSet, removePicture, setCaption, setPictureLicence } from '../../api/training.ts';
import { fieldLook } from '../../form/field.tsx';
import { IconButton } from '../../parts/button.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { LicenceField } from './licence-field.tsx';

interface PictureCardProps {
  set: string;
  /** Of the whole set. */
  licence: string | null;
  picture: Picture;
  onChanged: () => void;
}

/** A picture of a data set; its caption and its licence are edited in place. */
export function PictureCard({ set, licence, picture, onChanged }: PictureCardProps) {
  const { file, caption } = picture;
  const [saved, setSaved] = useState(caption ?? '');
  const save = (text: string): void => {
    if (text.trim() === saved) return;
    const before = saved;
    setCaption(set, file, text).then(() => {
      setSaved(text.trim());
      tell(t('training.captionSaved', { file }), {
        action: { label: t('common.undo'), run: () => setCaption(set, file, before).then(onChanged, tellError) },
      });
      onChanged();
    }, tellError);
  };
  const change = (given: string): void => {
    setPictureLicence(set, file, given === '' ? null : given).then(() => {
      tell(given === '' ? t('training.licenceOfSet', { file }) : t('training.licenceSet', { licence: given }));
      onChanged();
    }, tellError);
  };
  return (
    <li class="flex flex-col gap-2 overflow-hidden rounded-lg border border-line bg-raised p-2">
      <div class="relative">
        <img
          src={pictureOfSet(set, picture)}
          alt={caption ?? file}
          loading="lazy"
          class="h-44 w-full rounded-md bg-sunken object-contain"
        />
        <div class="absolute top-1 right-1 rounded-md bg-raised">
          <IconButton icon="trash" label={t('training.removePicture', { file })} onClick={() => remove(set, picture, onChanged)} />
        </div>
      </div>
      <p class="truncate text-xs text-muted" dir="auto">
        {file}
      </p>
      <textarea
        key={caption}
        class={fieldLook}
        rows={2}
        dir="auto"
        maxLength={20_000}
        aria-label={t('training.captionOf', { file })}
        placeholder={t('training.noCaption')}
        defaultValue={caption ?? ''}
        onBlur={(event) => save(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault(); // captions have one line
          save(event.currentTarget.value);
        }}
      />
      <LicenceField
        isLabelHidden
        label={t('training.licenceOf', { file })}
        value={picture.licence ?? ''}
        placeholder={licence === null ? t('training.noLicence') : t('training.asSet', { licence })}
        onChange={change}
      />
    </li>
  );
}

/** Removes a picture; undo uploads it again, with its caption and licence. */
async function remove(set: string, picture: Picture, onChanged: () => void): Promise<void> {
  const { file, caption, licence } = picture;
  try {
    const kept = await (await fetch(pictureOfSet(set, picture))).blob();
    await removePicture(set, file);
    const undo = async (): Promise<void> => {
      await addPicture(set, new File([kept], file), caption);
      if (licence !== null) await setPictureLicence(set, file, licence);
      onChanged();
    };
    tell(t('training.pictureRemoved', { file }), { action: { label: t('common.undo'), run: () => undo().catch(tellError) } });
    onChanged();
  } catch (error) {
    tellError(error);
  }
}
