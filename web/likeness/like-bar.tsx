import type { ComponentChildren } from 'preact';
import { rowOf, thumbnailOf } from '../api/works.ts';
import { about, isBehind, selection } from '../gallery/shown-works.ts';
import { hrefOf, setQuery } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { numberText, t } from '../texts/text.ts';
import { type ChosenPicture, chosenPicture } from './chosen-picture.ts';
import { FoundRecipe } from './found-recipe.tsx';
import type { About, Like } from './likeness.ts';

const stop = (): void => setQuery({ like: undefined, likework: undefined, likepicture: undefined });

/** What the works below are like, and how sure that is. */
export function LikeBar() {
  const { like } = selection.value;
  if (!like) return null;
  const picture = like.kind === 'picture' ? chosenPicture(like.key) : undefined;
  return (
    <section aria-label={t('like.title')} class="flex items-start gap-3 border-b border-line bg-raised px-3 py-2 text-sm">
      {like.kind === 'work' && <LikeWork id={like.id} />}
      {picture && <LikePicture picture={picture} />}
      {like.kind === 'words' && (
        <Said>
          <p class="font-medium">
            {t('like.words')} <q dir="auto">{like.words}</q>
          </p>
        </Said>
      )}
      {like.kind === 'picture' && !picture && (
        <Said>
          <p class="font-medium">{t('like.pictureGone')}</p>
        </Said>
      )}
      <IconButton icon="cross" label={t('like.stop')} onClick={stop} size={16} />
    </section>
  );
}

/** With what the server said about the list. */
function Said({ children }: { children: ComponentChildren }) {
  const said = about.value;
  const { like } = selection.value;
  return (
    <div class="min-w-0 flex-1">
      {children}
      <p class="text-muted" role="status">
        {isBehind.value ? t('like.comparing') : said && like ? saidOf(said, like) : ''}
      </p>
    </div>
  );
}

function saidOf({ compared, unknown, cutOff, message, best, isPictureGone }: About, { kind }: Like): string {
  if (isPictureGone) return t('like.pictureGoneHint');
  const said: string[] = [];
  if (message !== null) said.push(t(kind === 'words' ? 'like.nothing' : 'like.nothingToCompare'));
  else if (best !== undefined) said.push(t('like.order', { best: numberText(best, 2) }));
  if (cutOff !== null && message === null) said.push(t('like.cutOff', { at: numberText(cutOff, 2) }));
  if (unknown.length > 0) said.push(t('like.unknown', { words: unknown.join(', ') }));
  said.push(t('like.compared', { n: compared }));
  return said.join(' ');
}

function LikeWork({ id }: { id: string }) {
  const row = rowOf(id).value;
  return (
    <>
      {row && <img src={thumbnailOf(row, 320)} alt="" width={56} height={56} class="size-14 rounded object-cover" />}
      <Said>
        <p class="truncate font-medium">
          {t('like.work')}{' '}
          <a href={hrefOf(`works/${id}`)} class="underline" dir="auto">
            {row?.name ?? id}
          </a>
        </p>
      </Said>
    </>
  );
}

function LikePicture({ picture }: { picture: ChosenPicture }) {
  return (
    <>
      <img src={picture.url} alt="" width={56} height={56} class="size-14 rounded object-cover" />
      <Said>
        <p class="truncate font-medium">
          {t('like.picture')} <span dir="auto">{picture.name}</span>
        </p>
        <FoundRecipe key={picture.url} picture={picture} />
      </Said>
    </>
  );
}
