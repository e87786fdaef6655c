import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { canNotify, hasNotice, hasSound, setNotice, setSound } from './painting/done-notice.ts';

/** How a person hears that a picture is done. */
export function NoticeSettings() {
  return (
    <fieldset class="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      <legend class="mb-1 font-medium">{t('studio.whenDone')}</legend>
      {canNotify() && (
        <label class="flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            class="accent-accent"
            checked={hasNotice.value}
            onChange={({ currentTarget }) => {
              setNotice(currentTarget.checked).then((isAllowed) => {
                if (!isAllowed) tell(t('studio.noticeRefused'), { kind: 'error' });
                currentTarget.checked = hasNotice.value;
              }, tellError);
            }}
          />
          {t('studio.notice')}
        </label>
      )}
      <label class="flex min-h-6 items-center gap-2">
        <input type="checkbox" class="accent-accent" checked={hasSound.value} onChange={(event) => setSound(event.currentTarget.checked)} />
        {t('studio.sound')}
      </label>
    </fieldset>
  );
}
