import type { ComponentChildren } from 'preact';
import { isOutdated } from '../api/build.ts';
import { isConnected } from '../api/events.ts';
import { signInAsked } from '../api/session.ts';
import { held, sendAll, waiting } from '../review/decision-queue.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';

/** Says, above every page, what is wrong with the connection, and which decisions wait because of it. */
export function TroubleBar() {
  const n = waiting.value;
  if (held.value === 'signedOut')
    return (
      <Bar>
        {t('review.heldSignedOut', { n })}
        <Button
          onClick={() => {
            signInAsked.value = { reason: 'wish', whenDone: sendAll };
          }}
        >
          {t('session.signIn')}
        </Button>
      </Bar>
    );
  if (held.value === 'away') return <Bar>{t('review.held', { n })}</Bar>;
  if (!isConnected.value) return <Bar>{t('error.offline')}</Bar>;
  if (!isOutdated.value) return null;
  return (
    <Bar>
      {t('error.outdated')}
      <Button onClick={() => location.reload()}>{t('error.reload')}</Button>
    </Bar>
  );
}

const Bar = ({ children }: { children: ComponentChildren }) => (
  <div role="alert" class="flex flex-wrap items-center justify-center gap-3 bg-bad px-4 py-1 text-center text-sm text-paper">
    {children}
  </div>
);
