import { t } from '../../texts/text.ts';
import { nameInWords } from './recipe-fields.ts';
import { Fact, Facts } from './section.tsx';

const plain = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value));
const isWeb = (text: string): boolean => /^https?:\/\//.test(text);

/** A value of a record; addresses of the web are links. */
function Value({ value }: { value: unknown }) {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  const text = plain(value);
  if (!isWeb(text)) return text;
  return (
    <a class="underline" href={text} target="_blank" rel="noreferrer noopener">
      {text}
    </a>
  );
}

/** What a record says, name by name. */
export function Records({ record }: { record: Record<string, unknown> }) {
  return (
    <Facts>
      {Object.entries(record).map(([name, value]) => (
        <Fact key={name} name={nameInWords(name)}>
          <Value value={value} />
        </Fact>
      ))}
    </Facts>
  );
}
