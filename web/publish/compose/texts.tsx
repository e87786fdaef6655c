import { rowOf } from '../../api/works.ts';
import { Field, fieldLook } from '../../form/field.tsx';
import { t } from '../../texts/text.ts';
import { type Draft, type Unit, unitKey } from './draft.ts';
import type { Preview } from './use-previews.ts';

interface TextsProps {
  unit: Unit;
  draft: Draft;
  previews: ReadonlyMap<string, Preview>;
  onChange: (part: Partial<Draft>) => void;
}

const without = (texts: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter(([key]) => key !== name));

/** The words and alternative texts of a post, which may be others than those of the works. */
export function Texts({ unit, draft, previews, onChange }: TextsProps) {
  const { captions, altTexts } = draft;
  const key = unitKey(unit);
  const prepared = [...previews.values()].flatMap((one) => one.prepared ?? []);
  // Until the server has answered after a reset, the last answer still has the person's words.
  const first = prepared.find(({ words }) => words.by !== 'person');
  const isWritten = prepared.length > 1 && prepared.some(({ words }) => words.by === 'llm');
  const withAlt = prepared.find(({ altTextLimit }) => altTextLimit !== 0);
  const altOf = (work: string): string | undefined =>
    withAlt && (unit[0] === work ? withAlt.content.altText : withAlt.more.find((one) => one.work === work)?.altText);
  return (
    <div class="flex flex-col gap-3">
      <TextArea
        label={t('publish.caption')}
        hint={t(isWritten ? 'publish.captionWritten' : 'publish.captionHint')}
        rows={4}
        value={captions[key] ?? first?.words.text ?? ''}
        isChanged={captions[key] !== undefined}
        onInput={(text) => onChange({ captions: { ...captions, [key]: text } })}
        onReset={() => onChange({ captions: without(captions, key) })}
      />
      {unit.map((work) => (
        <TextArea
          key={work}
          label={unit.length > 1 ? t('publish.altTextOf', { name: rowOf(work).value?.name ?? work }) : t('panel.altText')}
          hint={unit.length > 1 ? undefined : t('publish.altTextHint')}
          rows={2}
          value={altTexts[work] ?? altOf(work) ?? ''}
          isChanged={altTexts[work] !== undefined}
          onInput={(text) => onChange({ altTexts: { ...altTexts, [work]: text } })}
          onReset={() => onChange({ altTexts: without(altTexts, work) })}
        />
      ))}
    </div>
  );
}

interface TextAreaProps {
  label: string;
  hint: string | undefined;
  rows: number;
  value: string;
  /** Whether it is a person's own. */
  isChanged: boolean;
  onInput: (text: string) => void;
  onReset: () => void;
}

function TextArea({ label, hint, rows, value, isChanged, onInput, onReset }: TextAreaProps) {
  return (
    <div class="relative">
      <Field label={label} hint={hint}>
        {(ids) => (
          <textarea
            {...ids}
            rows={rows}
            dir="auto"
            maxLength={20_000}
            class={fieldLook}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        )}
      </Field>
      {isChanged && (
        <button
          type="button"
          class="absolute -top-1 right-0 min-h-6 rounded px-2 text-xs text-accent hover:bg-sunken"
          aria-label={t('publish.resetText', { name: label })}
          onClick={onReset}
        >
          {t('publish.reset')}
        </button>
      )}
    </div>
  );
}
