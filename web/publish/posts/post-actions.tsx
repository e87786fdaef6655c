import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { approvePost, cancelPost, deletePost, type Post, publishNow, retryPost } from '../../api/publish.ts';
import { isAdmin } from '../../api/session.ts';
import { ConfirmedButton } from '../../form/confirmed-button.tsx';
import { Button } from '../../parts/button.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { type TextKey, t } from '../../texts/text.ts';
import { networkName, shortText } from '../words.ts';

/** What is asked for in a dialog of its own. */
export type PostDialog = 'time' | 'settle';

interface PostActionsProps {
  post: Post;
  onChanged: (post: Post) => void;
  onAsk: (kind: PostDialog) => void;
}

/** What an administrator can do with a post in its state. */
export function PostActions({ post, onChanged, onAsk }: PostActionsProps) {
  const [isBusy, setBusy] = useState(false);
  const { id, state } = post;
  if (!isAdmin.value) return null;
  const name = shortText(post);
  const run = (action: Promise<Post>, said?: TextKey): void => {
    setBusy(true);
    action
      .then((after) => {
        if (said) tell(t(said));
        onChanged(after);
      }, tellError)
      .finally(() => setBusy(false));
  };
  const button = (label: TextKey, onClick: () => void, kind: 'plain' | 'main' = 'plain'): ComponentChildren => (
    <Button key={label} kind={kind} isDisabled={isBusy} onClick={onClick}>
      {t(label)}
      <span class="sr-only"> {name}</span>
    </Button>
  );
  const withdraw: MenuItem = { label: t('publish.withdraw'), icon: 'cross', onChoose: () => run(cancelPost(id), 'publish.withdrawn') };
  const now: MenuItem = { label: t('publish.now'), icon: 'publish', onChoose: () => run(publishNow(id).then(sayOutcome)) };
  const time: MenuItem = { label: t('publish.setTime'), icon: 'calendar', onChoose: () => onAsk('time') };
  const retry = (): void => run(retryPost(id, undefined), 'publish.retried');
  const isUnderWay = state === 'uploading' || state === 'processing';
  const items: MenuItem[] =
    state === 'draft' || state === 'approved'
      ? [now, time, withdraw]
      : isUnderWay || state === 'failed' || state === 'unknown'
        ? [withdraw]
        : [];
  return (
    <div class="flex flex-wrap items-center gap-1 max-sm:w-full max-sm:justify-end">
      {isBusy && (
        <span class="text-sm text-muted" role="status">
          {t('publish.busy')}
        </span>
      )}
      {state === 'draft' && button('publish.approve', () => run(approvePost(id), 'publish.approved'), 'main')}
      {state === 'failed' && button('common.retry', retry)}
      {isUnderWay && post.failures > 0 && button('publish.tryNow', retry)}
      {state === 'unknown' && button('publish.settle', () => onAsk('settle'), 'main')}
      {state === 'published' && (
        <ConfirmedButton
          label={t('publish.delete')}
          title={t('publish.deleteNamed', { name, network: networkName(post.network) })}
          hint={t('publish.deleteHint')}
          onConfirm={() => run(deletePost(id), 'publish.deleted')}
        />
      )}
      {items.length > 0 && !isBusy && <Menu label={t('publish.more', { name })} icon="more" items={items} />}
    </div>
  );
}

/** A post that was to go out at once may have failed: then the row says why. */
function sayOutcome(post: Post): Post {
  tell(t(post.state === 'published' ? 'publish.isOut' : 'publish.isNotOut'), { kind: post.state === 'published' ? 'plain' : 'error' });
  return post;
}
