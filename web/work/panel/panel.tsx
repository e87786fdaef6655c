import { type FullWork, rowOf } from '../../api/works.ts';
import { isWide } from '../../browser/wide.ts';
import { IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { t } from '../../texts/text.ts';
import { EditPanel } from '../edit-panel.tsx';
import { RepaintSection } from '../repaint/repaint-section.tsx';
import { AboutSection, FileSection, OriginSection } from './about-sections.tsx';
import { LineageSection } from './lineage-section.tsx';
import { PostsSection } from './posts-section.tsx';
import { DetailsSection, PromptSection } from './recipe-sections.tsx';
import { Section } from './section.tsx';

/** All that is known about a work: a column on wide screens, else a sheet over the lower part of the picture. */
export function Panel({ work, onClose }: { work: FullWork; onClose: () => void }) {
  const place = isWide.value
    ? 'w-88 shrink-0 border-l'
    : 'absolute inset-x-0 bottom-0 z-20 max-h-[70%] rounded-t-2xl border-t bg-paper shadow-2xl';
  return (
    <aside class={`overflow-y-auto border-line text-sm ${place}`} aria-label={t('work.details')}>
      {!isWide.value && (
        <div class="sticky top-0 z-10 flex items-center justify-between border-b border-line bg-paper px-4 py-1">
          <h3 class="font-semibold">{t('work.details')}</h3>
          <IconButton icon="cross" label={t('common.close')} onClick={onClose} />
        </div>
      )}
      <AboutSection work={work} />
      <PromptSection work={work} />
      <RepaintSection work={work} />
      <DetailsSection work={work} />
      <Section name="edit" title={t('edit.panel')}>
        <EditPanel row={rowOf(work.id).value ?? work} work={work} />
      </Section>
      <LineageSection work={work} />
      <PostsSection posts={work.posts} />
      <OriginSection work={work} />
      <FileSection work={work} />
      {work.recipe && (
        <p class="flex items-center gap-2 px-4 py-3 text-muted">
          <Icon name="madeByAi" />
          {t('site.madeWithAi')}
        </p>
      )}
    </aside>
  );
}
