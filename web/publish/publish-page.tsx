import { type AccountsAnswer, postEvents } from '../api/publish.ts';
import { isAdmin, mayPaint } from '../api/session.ts';
import { NeedsToken } from '../form/for-admins.tsx';
import { Sections } from '../form/sections.tsx';
import { type Answer, useAnswer } from '../form/use-answer.ts';
import { hrefOf, place } from '../navigate/router.ts';
import { t } from '../texts/text.ts';
import { AccountsSection } from './accounts/accounts-section.tsx';
import { StopButton, StoppedBar } from './accounts/switch.tsx';
import { PostsSection } from './posts/posts-section.tsx';

/** What is posted to networks, and the accounts there. */
export function PublishPage() {
  const answer = useAnswer<AccountsAnswer>(mayPaint.value ? 'publish/accounts' : undefined, {}, postEvents);
  return (
    <div class="flex flex-col gap-4 pb-16">
      <header class="flex max-w-5xl flex-wrap items-center gap-3 px-4 pt-4 md:px-6">
        <h1 class="flex-1 text-2xl font-semibold">{t('nav.publish')}</h1>
        <StopButton answer={answer} />
      </header>
      {mayPaint.value ? (
        <Rooms answer={answer} />
      ) : (
        <div class="px-4 md:px-6">
          <NeedsToken>{t('publish.needsToken')}</NeedsToken>
        </div>
      )}
    </div>
  );
}

function Rooms({ answer }: { answer: Answer<AccountsAnswer> }) {
  const isAccounts = place.value.path[1] === 'accounts';
  return (
    <>
      <Sections
        label={t('publish.sections')}
        items={[
          { href: hrefOf('publish'), label: t('publish.posts'), isShown: !isAccounts },
          { href: hrefOf('publish/accounts'), label: t('publish.accounts'), isShown: isAccounts },
        ]}
      />
      <div class="flex max-w-5xl flex-col gap-4 px-4 md:px-6">
        <StoppedBar answer={answer} />
        {!isAdmin.value && <NeedsToken scope="admin">{t('publish.adminOnly')}</NeedsToken>}
        {isAccounts ? <AccountsSection answer={answer} /> : <PostsSection accounts={answer.value?.accounts} />}
      </div>
    </>
  );
}
