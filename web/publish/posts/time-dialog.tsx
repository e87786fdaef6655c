import { useState } from 'preact/hooks';
import { approvePost, type Post } from '../../api/publish.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t, timeText } from '../../texts/text.ts';
import { dueAtOf, localTime, TimeChoice } from '../time-choice.tsx';

interface TimeDialogProps {
  post: Post;
  onChanged: (post: Post) => void;
  onClose: () => void;
}

/** Sets when a post goes out; a draft is approved with it. */
export function TimeDialog({ post, onChanged, onClose }: TimeDialogProps) {
  const [time, setTime] = useState(post.dueAt === null ? '' : localTime(post.dueAt));
  const submit = (event: Event): void => {
    event.preventDefault();
    approvePost(post.id, dueAtOf(time) ?? null).then((after) => {
      tell(after.dueAt === null ? t('publish.approved') : t('publish.outAt', { time: timeText(after.dueAt) }));
      onChanged(after);
      onClose();
    }, tellError);
  };
  return (
    <Dialog title={t('publish.setTime')} onClose={onClose}>
      <form class="flex flex-col gap-4 text-sm" onSubmit={submit}>
        <TimeChoice time={time} onChange={setTime} />
        {post.state === 'draft' && <p class="text-muted">{t('publish.timeApproves')}</p>}
        <div class="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="main">
            {t(post.state === 'draft' ? 'publish.approve' : 'common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
