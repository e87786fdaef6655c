import type { RecommendationsAnswer } from '../../../lib/server/api/figures/views.ts';
import { Icon } from '../../parts/icon.tsx';
import { numberText, t } from '../../texts/text.ts';
import { Whisker } from '../charts/whisker.tsx';
import { intervalText, signedText } from '../format.ts';
import { type NameKind, nameQuery, type Range, worksHref } from '../range.ts';

/** The address of the studio filled in with a name; undefined: it cannot be. */
export type PaintMore = (kind: NameKind, name: string) => string | undefined;
type Like = RecommendationsAnswer['names'][number];

interface LikesProps {
  title: string;
  names: readonly Like[];
  range: Range;
  more: PaintMore;
  reach: number;
}

/** Names with the evidence of their ratings, all differences to one scale. */
export function Likes({ title, names, range, more, reach }: LikesProps) {
  if (names.length === 0) return null;
  return (
    <section aria-label={title} class="flex flex-col gap-1 rounded-lg border border-line bg-raised p-3">
      <h2 class="font-medium">{title}</h2>
      <ul class="divide-y divide-line">
        {names.map((like) => (
          <LikeRow key={`${like.kind}\n${like.name}`} like={like} range={range} studio={more(like.kind, like.name)} reach={reach} />
        ))}
      </ul>
    </section>
  );
}

const stars = (value: number): string => numberText(value, 1, { isFixed: true });

function LikeRow({ like, range, studio, reach }: { like: Like; range: Range; studio: string | undefined; reach: number }) {
  const { kind, name, works, with: own, rest, difference, interval, verdict } = like;
  return (
    <li class="grid items-center gap-x-4 gap-y-1 py-2 text-sm sm:grid-cols-[minmax(0,1fr)_minmax(8rem,1fr)_auto]">
      <div class="min-w-0">
        <p class="flex items-baseline gap-2">
          <a
            href={worksHref(nameQuery(kind, name, range))}
            class="min-h-6 min-w-0 truncate font-medium underline decoration-line underline-offset-4 hover:decoration-ink"
            title={name}
            dir="auto"
          >
            {name}
          </a>
          <span class="shrink-0 text-xs text-muted">
            {t(`figures.kind.${kind}`)} · {t('works.count', { n: works })}
          </span>
        </p>
        <p class="text-muted">
          {t('figures.evidence', {
            mean: stars(own.mean),
            interval: intervalText(own.interval, stars),
            n: own.n,
            rest: stars(rest.mean),
            others: rest.n,
          })}
        </p>
      </div>
      <div>
        <Whisker value={difference} interval={interval} reach={reach} />
        <p class="text-center text-xs text-muted tabular-nums">
          {t('figures.differenceIs', {
            difference: signedText(difference, 1),
            interval: intervalText(interval, (value) => signedText(value, 1)),
          })}
        </p>
      </div>
      {studio !== undefined && verdict !== 'less' && (
        <a
          href={studio}
          class="inline-flex min-h-9 items-center justify-self-start gap-2 rounded-md border border-line px-3 font-medium hover:bg-sunken"
          aria-label={t('figures.paintMoreOf', { name })}
        >
          <Icon name="brush" size={18} />
          {t('figures.paintMore')}
        </a>
      )}
    </li>
  );
}
