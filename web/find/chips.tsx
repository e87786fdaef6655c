import { selection } from '../gallery/shown-works.ts';
import { setQuery } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { SaveSearch } from '../saved/save-search.tsx';
import { t } from '../texts/text.ts';
import { type Condition, conditionsOf, opposite, queryOf } from './conditions.ts';
import { facets } from './facets.ts';

const showQuery = (conditions: readonly Condition[]): void => setQuery({ q: queryOf(conditions) });

/** The conditions of the query, each to be removed or turned around. */
export function Chips() {
  const conditions = conditionsOf(selection.value.query);
  if (conditions.length === 0) return null;
  const replaced = (at: number, text: string): void =>
    setQuery({ q: conditions.map((one, index) => (index === at ? text : one.text)).join(' ') });
  return (
    <div class="flex items-center gap-2 border-b border-line px-3 py-1.5 max-sm:overflow-x-auto max-sm:[&>*]:shrink-0 sm:flex-wrap">
      <ul class="contents" aria-label={t('find.conditions')}>
        {conditions.map((condition, at) => (
          <Chip
            key={`${at} ${condition.text}`}
            condition={condition}
            onTurn={() => replaced(at, opposite(condition.text))}
            onRemove={() => showQuery(conditions.filter((_, index) => index !== at))}
          />
        ))}
      </ul>
      {conditions.length > 1 && <Button onClick={() => showQuery([])}>{t('find.clear')}</Button>}
      <SaveSearch query={selection.value.query} />
      <UnknownFields conditions={conditions} onReplace={replaced} />
    </div>
  );
}

interface ChipProps {
  condition: Condition;
  onTurn: () => void;
  onRemove: () => void;
}

function Chip({ condition: { text, not, value }, onTurn, onRemove }: ChipProps) {
  const isSaved = value.startsWith('@');
  const turn = t(not ? 'find.include' : 'find.exclude', { what: not ? text.slice(1) : text });
  return (
    <li class={`inline-flex max-w-full shrink-0 items-center rounded-full border bg-raised text-sm ${not ? 'border-bad' : 'border-line'}`}>
      <span class={`max-w-80 truncate py-1 pl-3 ${isSaved ? 'pr-2' : ''}`} dir="auto" title={text}>
        {text}
      </span>
      {!isSaved && (
        <button
          type="button"
          class={`grid size-8 place-items-center rounded-full hover:bg-sunken ${not ? 'text-bad' : 'text-muted'}`}
          aria-label={turn}
          aria-pressed={not}
          title={turn}
          onClick={onTurn}
        >
          <Icon name="exclude" size={16} />
        </button>
      )}
      <button
        type="button"
        class="grid size-8 place-items-center rounded-full text-muted hover:bg-sunken"
        aria-label={t('find.remove', { what: text })}
        title={t('find.remove', { what: text })}
        onClick={onRemove}
      >
        <Icon name="cross" size={14} />
      </button>
    </li>
  );
}

/** Fields that no work has: often a slip of the keyboard. */
function UnknownFields({ conditions, onReplace }: { conditions: readonly Condition[]; onReplace: (at: number, text: string) => void }) {
  const unknown = facets.value?.unknownFields ?? [];
  return (
    <div role="status" class="contents">
      {unknown.map(({ field, meant }) => {
        const at = conditions.findIndex((one) => one.field === field);
        const found = conditions[at];
        return (
          <p key={field} class="flex items-center gap-2 text-sm text-muted">
            <span dir="auto">{t('find.unknownField', { field })}</span>
            {meant !== null && found && (
              <Button onClick={() => onReplace(at, found.text.replace(/[^-:][^:]*(?=:)/, meant))}>
                {t('find.meant', { field: meant })}
              </Button>
            )}
          </p>
        );
      })}
    </div>
  );
}
