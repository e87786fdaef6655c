import { useSignal } from '@preact/signals';
import type { Account, Post } from '../../api/publish.ts';
import { Answered } from '../../form/answered.tsx';
import { CommandLine } from '../../form/command-line.tsx';
import { Empty } from '../../form/sections.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { t } from '../../texts/text.ts';
import { FirstAccount } from '../accounts/first-account.tsx';
import { Filters, filterOf, queryOf } from './filters.tsx';
import type { PostDialog } from './post-actions.tsx';
import { PostRow } from './post-row.tsx';
import { SettleDialog } from './settle-dialog.tsx';
import { TimeDialog } from './time-dialog.tsx';
import { usePosts } from './use-posts.ts';

/** The posts, newest first: where each is, and what can be done with it. */
export function PostsSection({ accounts }: { accounts: readonly Account[] | undefined }) {
  const filter = filterOf();
  const posts = usePosts(queryOf(filter));
  const asked = useSignal<{ kind: PostDialog; post: Post } | undefined>(undefined);
  const close = (): void => {
    asked.value = undefined;
  };
  const changed = (post: Post): void => {
    posts.keep(post);
    posts.again();
  };
  return (
    <Answered answer={posts}>
      {(page) => {
        const isAny = Object.values(page.counts).some((n) => n > 0);
        const isFiltered = filter.group !== undefined || filter.account !== undefined;
        if (!isAny && !isFiltered && page.broken.length === 0)
          return accounts && (accounts.length === 0 ? <FirstAccount /> : <FirstPost />);
        return (
          <section aria-label={t('publish.posts')} class="flex flex-col gap-3">
            <Filters filter={filter} accounts={accounts ?? []} counts={page.counts} />
            {page.broken.map(({ id, message }) => (
              <p key={id} role="alert" class="text-sm break-words text-bad" dir="auto">
                {message}
              </p>
            ))}
            {page.posts.length === 0 && <Empty>{t('publish.noneLike')}</Empty>}
            <ul class="flex flex-col gap-2" aria-label={t('publish.posts')}>
              {page.posts.map((post) => (
                <PostRow
                  key={post.id}
                  post={post}
                  account={accounts?.find(({ name }) => name === post.account)}
                  onChanged={changed}
                  onAsk={(kind) => {
                    asked.value = { kind, post };
                  }}
                />
              ))}
            </ul>
            {page.next !== null && (
              <div class="flex flex-wrap items-center gap-3 text-sm">
                <Button onClick={posts.more}>{t('publish.older')}</Button>
                <span class="text-muted">{t('publish.shown', { shown: page.posts.length, n: page.total })}</span>
              </div>
            )}
            {asked.value?.kind === 'time' && <TimeDialog post={asked.value.post} onChanged={changed} onClose={close} />}
            {asked.value?.kind === 'settle' && <SettleDialog post={asked.value.post} onChanged={changed} onClose={close} />}
          </section>
        );
      }}
    </Answered>
  );
}

/** How the first post is made. */
function FirstPost() {
  return (
    <section class="flex max-w-xl flex-col gap-3 py-4">
      <h2 class="text-lg font-semibold">{t('publish.noPosts')}</h2>
      <p class="text-sm text-muted">{t('publish.noPostsHint')}</p>
      <p class="text-sm">
        <a class="inline-flex min-h-9 items-center text-accent underline" href={hrefOf('')}>
          {t('publish.toGallery')}
        </a>
      </p>
      <p class="text-sm">{t('publish.orTerminal')}</p>
      <CommandLine text="ai-artist publish add latest" />
    </section>
  );
}
