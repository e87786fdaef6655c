import { useRef, useState } from 'preact/hooks';
import type { ShareFacts } from '../../lib/server/shares/manage-routes.ts';
import { ask } from '../api/client.ts';
import { hrefOf } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { type LinkAddress, linkAddress } from './link-address.ts';

const daySeconds = 86_400;
const expiries = [1, 7, 30, 365] as const;

type Which = { ids: string[] } | { query: string; except?: string[] };

/** Makes a link that shows works to people without a token. Its address is shown once. */
export function ShareDialog({ which, title, onClose }: { which: Which; title: string; onClose: () => void }) {
  const [link, setLink] = useState<LinkAddress | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!form.current) return;
    const data = new FormData(form.current);
    const days = Number(data.get('days'));
    const body = {
      title: String(data.get('title') ?? ''),
      which,
      withRecipe: data.get('recipe') !== null,
      ...(days > 0 && { expiresInSeconds: days * daySeconds }),
    };
    ask<ShareFacts & { secret: string; url: string }>('shares', { method: 'POST', body }).then(
      ({ secret, url }) => setLink(linkAddress(new URL(hrefOf(`share/${secret}`), location.href).href, url)),
      tellError,
    );
  };
  if (link) return <LinkDialog {...link} onClose={onClose} />;
  return (
    <Dialog title={t('share.create')} onClose={onClose}>
      <form ref={form} class="flex flex-col gap-4 text-sm" onSubmit={submit}>
        <p class="text-muted">
          {t('query' in which ? 'share.explainQuery' : 'share.explain', { n: 'ids' in which ? which.ids.length : 0 })}
        </p>
        <label class="flex flex-col gap-1 font-medium">
          {t('share.title')}
          <input
            name="title"
            maxLength={200}
            defaultValue={title}
            dir="auto"
            class="rounded-md border border-line bg-paper px-3 py-2 font-normal"
          />
        </label>
        <label class="flex flex-col gap-1 font-medium">
          {t('share.expiry')}
          <select name="days" class="rounded-md border border-line bg-paper px-3 py-2 font-normal">
            {expiries.map((days) => (
              <option key={days} value={days} selected={days === 30}>
                {t('share.days', { n: days })}
              </option>
            ))}
            <option value={0}>{t('share.forever')}</option>
          </select>
        </label>
        <label class="flex items-center gap-2">
          <input type="checkbox" name="recipe" class="accent-accent" />
          {t('share.withRecipe')}
        </label>
        <div class="flex items-center justify-between gap-2">
          <a class="text-accent underline" href={hrefOf('share')} onClick={onClose}>
            {t('share.all')}
          </a>
          <Button type="submit" kind="main">
            {t('share.make')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function LinkDialog({ address, isLocal, onClose }: LinkAddress & { onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const copy = (): void => {
    // A page that is not served by https has no clipboard: then the text is chosen, to be copied by hand.
    field.current?.select();
    navigator.clipboard?.writeText(address).then(() => tell(t('share.copied')), tellError);
  };
  return (
    <Dialog title={t('share.ready')} onClose={onClose}>
      <p class="mb-3 text-sm text-muted">{t('share.once')}</p>
      <div class="flex gap-2">
        <input
          ref={field}
          readOnly
          value={address}
          aria-label={t('share.address')}
          class="min-w-0 flex-1 rounded-md border border-line bg-paper px-3 py-2 text-sm"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button kind="main" onClick={copy}>
          {t('share.copy')}
        </Button>
      </div>
      {isLocal && <OnlyHere />}
    </Dialog>
  );
}

/** The link leads to the person's own computer: what to do so that others reach it. */
function OnlyHere() {
  return (
    <div role="note" class="mt-4 flex flex-col gap-2 rounded-md border border-bad p-3 text-sm">
      <p class="font-medium">{t('share.onlyHere')}</p>
      <ul class="flex list-disc flex-col gap-1 ps-5 [&_code]:rounded [&_code]:bg-sunken [&_code]:px-1 [&_code]:break-words">
        <li>
          {t('share.onlyHereNetwork')} <code>ai-artist serve --host 0.0.0.0</code>
        </li>
        <li>
          {t('share.onlyHereProxy')} <code>ai-artist serve --public-url https://…</code>
        </li>
      </ul>
      <p class="text-muted">{t('share.onlyHereKeeps', { here: location.host })}</p>
    </div>
  );
}
