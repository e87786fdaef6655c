import type { ComponentChildren } from 'preact';
import type { FullWork } from '../../api/works.ts';
import { numberText, t, timeText } from '../../texts/text.ts';
import { conditionOf } from './recipe-fields.ts';
import { queryLink } from './recipe-sections.tsx';
import { Records } from './records.tsx';
import { Fact, Facts, Section } from './section.tsx';

function Names({ label, field, names }: { label: string; field: 'tag' | 'collection'; names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <div class="mb-3">
      <h4 class="mb-1 text-muted">{label}</h4>
      <ul class="flex flex-wrap gap-1.5">
        {names.map((name) => (
          <li key={name}>
            <a
              href={queryLink(conditionOf(field, name))}
              class="inline-block max-w-64 truncate rounded-full border border-line bg-raised px-3 py-1 hover:bg-sunken"
              dir="auto"
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What it is called, shows and belongs to. */
export function AboutSection({ work }: { work: FullWork }) {
  const { altText, tags, collections, note } = work;
  if (!altText && !note && tags.length + collections.length === 0) return null;
  return (
    <Section name="about" title={t('panel.about')}>
      {altText && <Paragraph title={t('panel.altText')}>{altText}</Paragraph>}
      <Names label={t('panel.tags')} field="tag" names={tags} />
      <Names label={t('panel.collections')} field="collection" names={collections} />
      {note && <Paragraph title={t('panel.note')}>{note}</Paragraph>}
    </Section>
  );
}

function Paragraph({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="mb-3">
      <h4 class="text-muted">{title}</h4>
      <p dir="auto" class="break-words whitespace-pre-wrap">
        {children}
      </p>
    </div>
  );
}

/** Where it comes from, and under which terms it may be used. */
export function OriginSection({ work: { provenance, licence, imported } }: { work: FullWork }) {
  if (!provenance && !licence && !imported) return null;
  return (
    <Section name="origin" title={t('panel.origin')} isOpen={false}>
      {provenance && <Records record={provenance} />}
      {imported && (
        <p class="mt-2" dir="auto">
          {t('panel.imported', { from: imported.from, program: imported.program ?? t('panel.unknownProgram') })}
        </p>
      )}
      {licence && (
        <>
          <h4 class="mt-3 text-muted">{t('panel.licence')}</h4>
          <Records record={licence} />
        </>
      )}
    </Section>
  );
}

export function FileSection({ work }: { work: FullWork }) {
  const { file, id, updatedAt } = work;
  return (
    <Section name="file" title={t('panel.file')} isOpen={false}>
      <Facts>
        <Fact name={t('panel.fileName')}>{file.name}</Fact>
        <Fact name={t('panel.bytes')}>{t('panel.kilobytes', { n: numberText(file.bytes / 1000, 1) })}</Fact>
        <Fact name={t('panel.id')}>{id}</Fact>
        <Fact name="SHA-256">
          <code class="text-xs break-all">{file.sha256}</code>
        </Fact>
        {updatedAt && <Fact name={t('panel.changed')}>{timeText(updatedAt)}</Fact>}
      </Facts>
    </Section>
  );
}
