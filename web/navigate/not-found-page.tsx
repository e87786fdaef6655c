import { t } from '../texts/text.ts';
import { hrefOf, place } from './router.ts';

/** For addresses that no page has: the server sends it with status 404. */
export function NotFoundPage() {
  return (
    <div class="mx-auto flex max-w-xl flex-col items-start gap-4 p-8">
      <h1 class="text-2xl font-semibold">{t('notFound.title')}</h1>
      <p class="max-w-full break-words">
        {t('notFound.address')} <code dir="auto">/{place.value.path.join('/').slice(0, 300)}</code>
      </p>
      <p>{t('notFound.hint')}</p>
      <ul class="list-disc pl-5">
        <li class="py-1">
          <a class="underline" href={hrefOf('')}>
            {t('notFound.gallery')}
          </a>
        </li>
        <li class="py-1">
          <a class="underline" href={hrefOf('studio')}>
            {t('notFound.studio')}
          </a>
        </li>
        <li class="py-1">
          <a class="underline" href={hrefOf('docs')} data-server>
            {t('notFound.docs')}
          </a>
        </li>
      </ul>
    </div>
  );
}
