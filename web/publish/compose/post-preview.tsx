import { useEffect, useState } from 'preact/hooks';
import type { Account, Post, Prepared } from '../../api/publish.ts';
import { errorText } from '../../texts/error-text.ts';
import { numberText, t, timeText } from '../../texts/text.ts';
import { networkName } from '../words.ts';
import type { Preview } from './use-previews.ts';

interface PostPreviewProps {
  account: Account;
  preview: Preview | undefined;
  /** A post of the work that the account has already. */
  earlier: Post | undefined;
  isAgain: boolean;
  onAgain: (isAgain: boolean) => void;
}

/** Exactly what one account would post, or why it would not. */
export function PostPreview({ account, preview, earlier, isAgain, onAgain }: PostPreviewProps) {
  const { prepared, error, isAwaited = true } = preview ?? {};
  const title = t('publish.previewOn', { network: networkName(account.network), account: account.handle || account.name });
  return (
    <article
      aria-label={title}
      aria-busy={isAwaited}
      class="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-paper p-3 text-sm"
    >
      <h3 class="font-medium break-words" dir="auto">
        {title}
      </h3>
      {account.stopped && <p class="text-bad">{t('publish.previewStopped')}</p>}
      {earlier && (
        <div class="flex flex-col gap-1 rounded bg-sunken p-2">
          <p>
            {t('publish.earlier', {
              state: t(`publish.state.${earlier.state}`),
              time: timeText(earlier.published?.at ?? earlier.createdAt ?? ''),
            })}
          </p>
          <label class="flex min-h-8 items-center gap-2">
            <input type="checkbox" class="accent-accent" checked={isAgain} onChange={(event) => onAgain(event.currentTarget.checked)} />
            {t('publish.postAgain')}
          </label>
        </div>
      )}
      {error && (
        <p role="alert" class="break-words text-bad" dir="auto">
          {t('publish.refused')} {errorText(error)}
        </p>
      )}
      {!error && prepared && <Content prepared={prepared} isAwaited={isAwaited} />}
      {isAwaited && <p class="text-muted">{t(prepared || error ? 'publish.previewAgain' : 'common.loading')}</p>}
    </article>
  );
}

function Content({ prepared, isAwaited }: { prepared: Prepared; isAwaited: boolean }) {
  const { content, picture, more, credits, words, altTextLimit, price, obstacle } = prepared;
  const pictures = [{ altText: content.altText, picture }, ...more];
  return (
    <div class={`flex flex-col gap-2 ${isAwaited ? 'opacity-60' : ''}`}>
      <div class={`grid gap-1 ${pictures.length > 1 ? 'grid-cols-2' : ''}`}>
        {pictures.map((one, at) => (
          <figure key={at} class="flex min-w-0 flex-col gap-1">
            <Sent picture={one.picture} altText={one.altText} isSmall={pictures.length > 1} />
            <figcaption class="text-xs break-words text-muted" dir="auto">
              {altTextLimit === 0 ? t('publish.noAltText') : one.altText}
            </figcaption>
          </figure>
        ))}
      </div>
      <p class="break-words whitespace-pre-wrap" dir="auto">
        {content.text}
      </p>
      <p class={`tabular-nums ${words.isCut ? 'text-bad' : 'text-muted'}`}>
        {lengthText(prepared)}
        {words.isCut && ` ${t('publish.isCut')}`}
      </p>
      {obstacle !== null && (
        <p role="alert" class="break-words text-bad" dir="auto">
          {t('publish.obstacle', { obstacle })}
        </p>
      )}
      <ul class="flex flex-col text-muted">
        {credits.lines.length > 0 && <li class="break-words">{t('publish.creditsIn', { credits: credits.lines.join('; ') })}</li>}
        {credits.unknown.map((source) => (
          <li key={source} class="break-words text-bad" dir="auto">
            {t('publish.unknownSources', { sources: source })}
          </li>
        ))}
        {price > 0 && <li>{t('publish.price', { price: numberText(price, 3) })}</li>}
        {content.sensitive && <li>{t('publish.sensitive')}</li>}
        {content.visibility !== 'public' && <li>{t('publish.visibility', { visibility: content.visibility })}</li>}
      </ul>
    </div>
  );
}

function lengthText({ length: { used, limit } }: Prepared): string {
  return limit === null ? t('publish.length', { n: used }) : t('publish.lengthOf', { used, n: limit });
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The picture as the network gets it. */
function Sent({ picture, altText, isSmall }: { picture: Prepared['picture']; altText: string; isSmall: boolean }) {
  const { data, type, width, height } = picture;
  const [address, setAddress] = useState<string | undefined>(undefined);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(data)], { type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return (
    <img
      src={address}
      alt={altText}
      width={width}
      height={height}
      class={`rounded bg-sunken object-contain ${isSmall ? 'h-28 w-full' : 'max-h-64 w-auto max-w-full self-start'}`}
    />
  );
}
