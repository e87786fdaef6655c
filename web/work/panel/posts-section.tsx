import type { Account, Figures } from '../../api/publish.ts';
import { figureTexts, networkName } from '../../publish/words.ts';
import { t, timeText } from '../../texts/text.ts';
import { Records } from './records.tsx';
import { Section } from './section.tsx';

type PostRecord = Record<string, unknown>;

const networks = {
  activitypub: true,
  bluesky: true,
  discord: true,
  folder: true,
  instagram: true,
  mastodon: true,
  pixelfed: true,
  telegram: true,
  threads: true,
  x: true,
} as const satisfies Record<Account['network'], true>;

/** A record that this program wrote; works from elsewhere may have others. */
const isKnown = (post: PostRecord): post is PostRecord & { network: Account['network']; at: string } =>
  typeof post['network'] === 'string' && post['network'] in networks && typeof post['at'] === 'string';

const isRecord = (value: unknown): value is PostRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Readings that have a figure, the newest first. */
function readingsOf({ metrics }: PostRecord): { age: string; at: string; texts: string[] }[] {
  const readings = Array.isArray(metrics) ? metrics.filter(isRecord) : [];
  return readings
    .map(({ age, at, ...figures }) => ({ age: String(age), at: String(at), texts: figureTexts(numbersOf(figures)) }))
    .filter(({ texts }) => texts.length > 0)
    .reverse();
}

const numbersOf = (figures: PostRecord): Figures =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => typeof value === 'number')) as Figures;

/** Where a work was posted, and what came of it. */
export function PostsSection({ posts }: { posts: readonly PostRecord[] }) {
  if (posts.length === 0) return null;
  return (
    <Section name="posts" title={t('panel.posts')}>
      <ul class="flex flex-col gap-3">
        {posts.map((post, index) => (
          <li key={index}>{isKnown(post) ? <Posted post={post} /> : <Records record={post} />}</li>
        ))}
      </ul>
    </Section>
  );
}

function Posted({ post }: { post: PostRecord & { network: Account['network']; at: string } }) {
  const { network, account, url, at } = post;
  const name = networkName(network);
  const readings = readingsOf(post);
  return (
    <>
      <p class="break-words" dir="auto">
        <span class="font-medium">{name}</span> <span class="text-muted">{typeof account === 'string' ? account : ''}</span>
      </p>
      <p class="flex flex-wrap items-center gap-x-3 text-muted">
        {t('publish.outSince', { time: timeText(at) })}
        {typeof url === 'string' && /^https?:/.test(url) && (
          <a class="inline-flex min-h-8 items-center text-accent underline" href={url} target="_blank" rel="noreferrer noopener">
            {t('publish.open', { network: name })}
          </a>
        )}
      </p>
      {readings.length > 0 && (
        <ul class="mt-1 flex flex-col gap-1" aria-label={t('panel.postFigures', { network: name })}>
          {readings.map(({ age, at: readAt, texts }) => (
            <li key={age} class="tabular-nums" title={timeText(readAt)}>
              {t('panel.postReading', { figures: texts.join(' · '), age: ageText(age) })}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** `24h` or `7d`, as the record has it. */
function ageText(age: string): string {
  const [, count, unit] = /^(\d+)(h|d)$/.exec(age) ?? [];
  if (count === undefined) return age;
  return t(unit === 'h' ? 'panel.hours' : 'panel.days', { n: Number(count) });
}
