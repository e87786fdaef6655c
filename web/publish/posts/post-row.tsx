import type { Account, Post } from '../../api/publish.ts';
import { rowOf, thumbnailOf } from '../../api/works.ts';
import { OpenLine } from '../../form/open-line.tsx';
import { altOf } from '../../gallery/tile.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { t, timeText } from '../../texts/text.ts';
import { figureTexts, networkName, problemOf, type StateWords, shortText, stateWords } from '../words.ts';
import { PostActions, type PostDialog } from './post-actions.tsx';

interface PostRowProps {
  post: Post;
  /** undefined: it is not connected, or not known yet. */
  account: Account | undefined;
  onChanged: (post: Post) => void;
  onAsk: (kind: PostDialog) => void;
}

/** A post: its picture, what it says, where it is, and what can be done with it. */
export function PostRow({ post, account, onChanged, onAsk }: PostRowProps) {
  const { network, content, published, metrics, state } = post;
  const words = stateWords(post);
  const problem = problemOf(post);
  const figures = figureTexts(metrics.at(-1)?.figures ?? {});
  return (
    <li class="flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border border-line bg-raised p-3">
      <Picture post={post} />
      <div class="flex min-w-0 flex-1 basis-56 flex-col gap-1">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          <StateBadge words={words} />
          <span class="min-w-0 break-words" dir="auto">
            <span class="font-medium">{networkName(network)}</span>{' '}
            <span class="text-muted">{account && account.handle !== '' ? account.handle : post.account}</span>
          </span>
        </p>
        <p class="line-clamp-3 text-sm break-words whitespace-pre-wrap" dir="auto">
          {withoutGaps(content.text)}
        </p>
        {problem !== undefined && (
          <p class="text-sm break-words text-bad" dir="auto">
            {problem}
          </p>
        )}
        {words.lines.map((line) => (
          <p key={line} class="text-sm break-words text-muted" dir="auto">
            {line}
          </p>
        ))}
        {figures.length > 0 && <p class="text-sm tabular-nums">{figures.join(' · ')}</p>}
        <div class="flex flex-wrap items-start gap-x-4 text-sm">
          {published?.url != null && (
            <a
              class="inline-flex min-h-8 items-center text-accent underline"
              href={published.url}
              target="_blank"
              rel="noreferrer noopener"
            >
              {t('publish.open', { network: networkName(network) })}
              <span class="sr-only"> {shortText(post)}</span>
            </a>
          )}
          {account?.stopped && state !== 'published' && state !== 'cancelled' && (
            <a class="inline-flex min-h-8 items-center text-accent underline" href={hrefOf('publish/accounts')}>
              {t('publish.toAccount')}
              <span class="sr-only"> {account.name}</span>
            </a>
          )}
          <Whole post={post} />
        </div>
      </div>
      <PostActions post={post} onChanged={onChanged} onAsk={onAsk} />
    </li>
  );
}

/** Empty lines say nothing where only the first lines have room. */
const withoutGaps = (text: string): string => text.replace(/\n{2,}/g, '\n');

const toneLooks: Readonly<Record<StateWords['tone'], string>> = {
  plain: 'border-line text-ink',
  accent: 'border-accent text-accent',
  good: 'border-good text-good',
  bad: 'border-bad text-bad',
};

export function StateBadge({ words: { label, tone } }: { words: StateWords }) {
  return <span class={`shrink-0 rounded-full border px-2 py-0.5 text-xs font-medium ${toneLooks[tone]}`}>{label}</span>;
}

/** The work that the post shows, and how many others. */
function Picture({ post: { work, more = [] } }: { post: Post }) {
  const row = rowOf(work).value;
  const look = 'relative block size-16 shrink-0 overflow-hidden rounded bg-sunken sm:size-20';
  if (row === null)
    return <span class={`${look} grid place-items-center p-1 text-center text-[10px] text-muted`}>{t('artist.workGone')}</span>;
  return (
    <a href={hrefOf(`works/${work}`)} class={look} aria-label={row ? altOf(row) : t('common.loading')}>
      {row && <img src={thumbnailOf(row, 320)} alt="" loading="lazy" class="h-full w-full object-cover" />}
      {more.length > 0 && (
        <span class="absolute right-0 bottom-0 rounded-tl bg-paper px-1 text-xs font-medium">
          {t('publish.morePictures', { n: more.length })}
        </span>
      )}
    </a>
  );
}

/** The whole text, alternative text and history. */
function Whole({ post }: { post: Post }) {
  const { content, more = [], history } = post;
  return (
    <details class="group min-w-0 grow open:basis-full">
      <OpenLine look="min-h-8 text-muted hover:text-ink">
        {t('publish.whole')}
        <span class="sr-only"> {shortText(post)}</span>
      </OpenLine>
      <div class="flex flex-col gap-2 border-l-2 border-line pl-3">
        <p class="break-words whitespace-pre-wrap" dir="auto">
          {content.text}
        </p>
        {[content.altText, ...more.map(({ altText }) => altText)].map((text, at) => (
          <p key={at} class="break-words" dir="auto">
            <span class="text-muted">{t('panel.altText')}:</span> {text}
          </p>
        ))}
        <ol class="flex flex-col text-muted">
          {history.map(({ at, state, note }, index) => (
            <li key={index} class="break-words" dir="auto">
              {at !== null && timeText(at)} · {t(`publish.state.${state}`)}
              {note !== undefined && ` · ${note}`}
            </li>
          ))}
        </ol>
      </div>
    </details>
  );
}
