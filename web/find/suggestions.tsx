import { t } from '../texts/text.ts';
import type { Suggestion } from './complete.ts';

interface SuggestionsProps {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onChoose: (suggestion: Suggestion) => void;
}

/** The list of a combobox. The focus stays in its field, which moves through the list by the arrow keys. */
export function Suggestions({ id, suggestions, active, onChoose }: SuggestionsProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t('find.suggestions')}
      class={`absolute inset-x-0 top-full z-30 mt-1 overflow-hidden rounded-md border border-line bg-raised py-1 text-sm shadow-lg ${suggestions.length === 0 ? 'hidden' : ''}`}
    >
      {suggestions.map((suggestion, at) => (
        <div
          key={suggestion.label}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          class={`flex min-h-9 cursor-pointer items-center justify-between gap-4 px-3 hover:bg-sunken ${at === active ? 'bg-sunken text-accent' : ''}`}
          onPointerDown={(event) => {
            // The field keeps the focus.
            event.preventDefault();
            onChoose(suggestion);
          }}
        >
          <span class="truncate" dir="auto">
            {suggestion.label}
          </span>
          <span class="max-w-1/2 truncate text-muted" dir="auto">
            {suggestion.detail}
          </span>
        </div>
      ))}
    </div>
  );
}
