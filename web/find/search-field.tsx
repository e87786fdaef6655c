import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { selection } from '../gallery/shown-works.ts';
import { handleKeys } from '../keys/listen.ts';
import { setQuery } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { tellError } from '../parts/notices.tsx';
import { t } from '../texts/text.ts';
import { type Suggestion, suggestionsFor } from './complete.ts';
import { conditionsOf, queryOf } from './conditions.ts';
import { pastSearches, rememberSearch } from './search-history.ts';
import { Suggestions } from './suggestions.tsx';

/** Words, conditions, or, by meaning, what the pictures show. */
export function SearchField() {
  const { query, like } = selection.value;
  const likeWords = like?.kind === 'words' ? like.words : undefined;
  const [isAsked, ask] = useState(false);
  const byMeaning = likeWords !== undefined || isAsked;
  const input = useRef<HTMLInputElement>(null);
  /** What stands in the field counts, entered or not: nothing that was typed is lost. */
  const toggle = (): void => {
    const typed = input.current?.value.trim() ?? '';
    ask(!byMeaning);
    if (byMeaning) {
      if (typed !== '' || likeWords !== undefined) setQuery({ q: `${query} ${typed}`.trim(), like: undefined });
      return;
    }
    const conditions = conditionsOf(typed);
    const isWord = ({ field, not, value }: (typeof conditions)[number]): boolean => field === undefined && !not && !value.startsWith('@');
    const words = conditions.filter(isWord).map(({ value }) => value);
    const rest = queryOf(conditions.filter((one) => !isWord(one)));
    if (words.length > 0) setQuery({ q: rest, like: words.join(' '), likework: undefined, likepicture: undefined });
    else if (rest !== query) setQuery({ q: rest });
  };
  const submit = (text: string): void => {
    rememberSearch(text, byMeaning);
    if (!byMeaning) setQuery({ q: text });
    else if (text === '') setQuery({ like: undefined });
    else setQuery({ like: text, likework: undefined, likepicture: undefined });
  };
  return (
    <search class="flex min-w-0 flex-1 items-center gap-1">
      <Field
        input={input}
        key={`${byMeaning} ${byMeaning ? likeWords : query}`}
        text={(byMeaning ? likeWords : query) ?? ''}
        byMeaning={byMeaning}
        onSubmit={submit}
      />
      <button
        type="button"
        aria-pressed={byMeaning}
        aria-label={t('find.byMeaning')}
        title={t('find.byMeaningHint')}
        class={`inline-flex min-h-9 items-center rounded-md border px-3 text-sm whitespace-nowrap ${byMeaning ? 'border-accent bg-accent text-on-accent' : 'border-line bg-raised hover:bg-sunken'}`}
        onClick={toggle}
      >
        <span class="max-sm:hidden">{t('find.byMeaning')}</span>
        <span class="sm:hidden">
          <Icon name="meaning" size={18} />
        </span>
      </button>
    </search>
  );
}

interface FieldProps {
  input: RefObject<HTMLInputElement | null>;
  text: string;
  byMeaning: boolean;
  onSubmit: (text: string) => void;
}

/** The field with its suggestions. With none shown, the arrow keys go through past searches. */
function Field({ input, text, byMeaning, onSubmit }: FieldProps) {
  const list = useId();
  const suggestions = useSignal<readonly Suggestion[]>([]);
  const active = useSignal(-1);
  /** Place in the past searches; -1: what is being typed. */
  const past = useRef({ at: -1, typed: '' });
  useLayoutEffect(() => handleKeys({ search: () => input.current?.focus() }), []);

  const close = (): void => {
    suggestions.value = [];
    active.value = -1;
  };
  const write = (value: string): void => {
    if (input.current) input.current.value = value;
  };
  const suggest = (): void => {
    past.current = { at: -1, typed: '' };
    const field = input.current;
    if (!field || byMeaning || field.selectionStart !== field.value.length) return close();
    const typed = field.value;
    suggestionsFor(typed).then((found) => {
      if (input.current?.value !== typed || document.activeElement !== field) return;
      suggestions.value = found;
      active.value = -1;
    }, tellError);
  };
  const choose = ({ text: whole }: Suggestion): void => {
    write(whole);
    close();
    input.current?.focus();
    if (whole.endsWith(':')) suggest();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    close();
    onSubmit(input.current?.value.trim() ?? '');
  };
  const step = (by: 1 | -1): void => {
    const count = suggestions.value.length;
    active.value = active.value < 0 ? (by > 0 ? 0 : count - 1) : (active.value + by + count) % count;
  };
  const recall = (by: 1 | -1): void => {
    const searches = pastSearches(byMeaning).filter((one) => one !== text);
    const { at } = past.current;
    if (at < 0) past.current.typed = input.current?.value ?? '';
    past.current.at = Math.min(searches.length - 1, Math.max(-1, at - by));
    write(past.current.at < 0 ? past.current.typed : (searches[past.current.at] ?? ''));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const isOpen = suggestions.value.length > 0;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined;
    const chosen = suggestions.value[active.value];
    if (by !== undefined) isOpen ? step(by) : recall(by);
    else if (event.key === 'Enter' && isOpen && chosen) choose(chosen);
    else if (event.key === 'Escape' && isOpen) close();
    else return;
    event.preventDefault();
  };
  const isOpen = suggestions.value.length > 0;
  return (
    <form class="relative min-w-0 flex-1" onSubmit={submit}>
      <span class="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted">
        <Icon name="search" size={18} />
      </span>
      <input
        ref={input}
        type="text"
        role="combobox"
        inputmode="search"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active.value >= 0 ? `${list}-${active.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        defaultValue={text}
        aria-label={t('common.search')}
        placeholder={t(byMeaning ? 'find.meaningPlaceholder' : 'works.searchPlaceholder')}
        class="w-full rounded-md border border-line bg-raised py-2 pr-2 pl-9 text-sm"
        dir="auto"
        enterkeyhint="search"
        onInput={suggest}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <Suggestions id={list} suggestions={suggestions.value} active={active.value} onChoose={choose} />
    </form>
  );
}
