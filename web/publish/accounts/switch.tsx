import { type AccountsAnswer, switchPublishing } from '../../api/publish.ts';
import { isAdmin } from '../../api/session.ts';
import type { Answer } from '../../form/use-answer.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';

const turn = ({ again }: Answer<AccountsAnswer>, isOff: boolean): void => void switchPublishing(isOff).then(again, tellError);

/** Stops all publishing. */
export function StopButton({ answer }: { answer: Answer<AccountsAnswer> }) {
  const { value } = answer;
  if (!isAdmin.value || !value || value.isOff || value.accounts.length === 0) return null;
  return <Button onClick={() => turn(answer, true)}>{t('publish.stop')}</Button>;
}

/** Says that all publishing is stopped, and lets it go on. */
export function StoppedBar({ answer }: { answer: Answer<AccountsAnswer> }) {
  if (!answer.value?.isOff) return null;
  return (
    <p role="status" class="flex flex-wrap items-center gap-3 rounded-lg border border-accent px-3 py-2 text-sm">
      <Icon name="pause" />
      <span class="min-w-0 flex-1 basis-60">{t('publish.stopped')}</span>
      {isAdmin.value && (
        <Button kind="main" onClick={() => turn(answer, false)}>
          {t('publish.goOn')}
        </Button>
      )}
    </p>
  );
}
