import { useState } from 'preact/hooks';
import { type Post, retryPost } from '../../api/publish.ts';
import { fieldLook } from '../../form/field.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell, tellError } from '../../parts/notices.tsx';
import { t } from '../../texts/text.ts';
import { networkName } from '../words.ts';

interface SettleDialogProps {
  post: Post;
  onChanged: (post: Post) => void;
  onClose: () => void;
}

/** What a person found who looked for a post of which the network cannot say whether it is out. */
export function SettleDialog({ post, onChanged, onClose }: SettleDialogProps) {
  const [isThere, setThere] = useState<boolean | undefined>(undefined);
  const [address, setAddress] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isThere === undefined) return;
    retryPost(post.id, isThere ? { published: address.trim() } : { absent: true }).then((after) => {
      tell(t(isThere ? 'publish.settled' : 'publish.retried'));
      onChanged(after);
      onClose();
    }, tellError);
  };
  return (
    <Dialog title={t('publish.settleTitle')} onClose={onClose}>
      <form class="flex flex-col gap-3 text-sm" onSubmit={submit}>
        <p>{t('publish.settleExplain', { account: post.account, network: networkName(post.network) })}</p>
        <blockquote class="line-clamp-4 rounded bg-sunken p-2 break-words whitespace-pre-wrap" dir="auto">
          {post.content.text}
        </blockquote>
        <label class="flex min-h-8 items-center gap-2">
          <input type="radio" name="found" class="accent-accent" checked={isThere === false} onChange={() => setThere(false)} />
          {t('publish.isAbsent')}
        </label>
        <label class="flex min-h-8 items-center gap-2">
          <input type="radio" name="found" class="accent-accent" checked={isThere === true} onChange={() => setThere(true)} />
          {t('publish.isThere')}
        </label>
        {isThere && (
          <label class="flex flex-col gap-1 font-medium">
            {t('publish.address')}
            <input
              type="url"
              required
              placeholder="https://"
              class={fieldLook}
              value={address}
              onInput={(event) => setAddress(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="main" isDisabled={isThere === undefined}>
            {t(isThere === false ? 'publish.again' : 'common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
