import { useSignal } from '@preact/signals';
import type { RefObject, TargetedKeyboardEvent } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../../texts/text.ts';
import { promptHistory } from '../form/prompt-history.ts';
import { type Suggested, type Suggestion, suggest, typedAt } from './suggest.ts';

interface PromptFieldProps {
  label: string;
  value: string;
  rows: number;
  placeholder?: string;
  onInput: (value: string) => void;
  /** Ctrl or Cmd and Enter. */
  onSubmit: () => void;
  /** Whether Alt and the arrows go through the prompts painted before. */
  hasHistory?: boolean;
  /** The element, to focus it. */
  field?: RefObject<HTMLTextAreaElement | null>;
}

/** Between a key and the request, milliseconds. */
const restMs = 40;

/** A field for a prompt that completes what is typed. */
export function PromptField({ label, value, rows, placeholder, onInput, onSubmit, hasHistory = false, field }: PromptFieldProps) {
  const own = useRef<HTMLTextAreaElement>(null);
  const area = field ?? own;
  const suggested = useSignal<Suggested | undefined>(undefined);
  const chosen = useSignal(0);
  const id = useId();
  const running = useRef<{ abort?: AbortController; timer?: number }>({});
  /** Place in the history; -1: what was typed itself, which is kept in `own`. */
  const history = useRef({ at: -1, own: '' });

  const close = (): void => {
    clearTimeout(running.current.timer);
    running.current.abort?.abort();
    suggested.value = undefined;
  };
  useEffect(() => close, []);

  const look = (): void => {
    close();
    const element = area.current;
    const typed = element && element.selectionStart === element.selectionEnd ? typedAt(element.value, element.selectionStart) : undefined;
    if (!typed) return;
    const abort = new AbortController();
    running.current.abort = abort;
    running.current.timer = window.setTimeout(() => {
      suggest(typed, promptHistory.peek(), abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return;
          chosen.value = 0;
          suggested.value = found.suggestions.length > 0 ? found : undefined;
        },
        // A prompt can be typed without suggestions; the connection's own notice says what is wrong.
        () => undefined,
      );
    }, restMs);
  };

  const insert = ({ text }: Suggestion): void => {
    const element = area.current;
    const { typed } = suggested.value ?? {};
    if (!element || !typed) return;
    close();
    element.focus();
    element.setSelectionRange(typed.from, element.selectionStart);
    const isEnd = element.value.slice(element.selectionEnd).trim() === '';
    // This way the browser's own undo takes it back.
    if (!document.execCommand('insertText', false, isEnd ? `${text}, ` : text))
      element.setRangeText(text, typed.from, element.selectionEnd, 'end');
    onInput(element.value);
    close();
  };

  const recall = (by: 1 | -1): void => {
    const { at, own } = history.current;
    const to = Math.min(Math.max(at + by, -1), promptHistory.value.length - 1);
    if (to === at) return;
    history.current = { at: to, own: at === -1 ? value : own };
    onInput(to === -1 ? history.current.own : (promptHistory.value[to] ?? ''));
    close();
  };

  const press = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, altKey, ctrlKey, metaKey } = event;
    const list = suggested.value?.suggestions;
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (altKey && step !== 0 && hasHistory) recall(step === -1 ? 1 : -1);
    else if (key === 'Enter' && (ctrlKey || metaKey)) {
      close();
      onSubmit();
    } else if (!list || altKey) return;
    else if (step !== 0) chosen.value = (chosen.value + step + list.length) % list.length;
    else if (key === 'Tab' || key === 'Enter') insert(list[chosen.value] as Suggestion);
    else if (key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const list = suggested.value?.suggestions;
  return (
    <div class="relative">
      <label class="flex flex-col gap-1 text-sm font-medium">
        {label}
        <textarea
          ref={area}
          rows={rows}
          dir="auto"
          value={value}
          placeholder={placeholder}
          class="w-full resize-y rounded-md border border-line bg-raised px-3 py-2 font-normal"
          aria-autocomplete="list"
          aria-controls={list ? `${id}-list` : undefined}
          aria-activedescendant={list ? `${id}-${chosen.value}` : undefined}
          spellcheck={false}
          onInput={(event) => {
            history.current.at = -1;
            onInput(event.currentTarget.value);
            look();
          }}
          onKeyDown={press}
          onBlur={close}
        />
      </label>
      <p class="sr-only" aria-live="polite">
        {list && t('studio.suggestions', { n: list.length })}
      </p>
      {list && <Suggestions id={id} list={list} chosen={chosen.value} onChoose={insert} />}
    </div>
  );
}

interface SuggestionsProps {
  id: string;
  list: readonly Suggestion[];
  chosen: number;
  onChoose: (suggestion: Suggestion) => void;
}

function Suggestions({ id, list, chosen, onChoose }: SuggestionsProps) {
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      tabIndex={-1}
      aria-label={t('studio.suggestionList')}
      class="absolute inset-x-0 top-full z-30 mt-1 max-h-72 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-lg"
    >
      {list.map((one, index) => (
        <div
          key={`${one.kind} ${one.text}`}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          class={`flex min-h-9 cursor-pointer items-center gap-3 rounded px-2 text-sm ${index === chosen ? 'bg-sunken' : ''}`}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(one)}
          onKeyDown={() => undefined}
        >
          <span class="w-14 shrink-0 text-xs text-muted">{t(`studio.kind.${one.kind}`)}</span>
          <span dir="auto" class="min-w-0 truncate">
            {one.label}
          </span>
          <span dir="auto" class="ml-auto min-w-0 truncate text-xs text-muted">
            {one.kind === 'tag' ? t('works.count', { n: Number(one.about) }) : one.about}
          </span>
        </div>
      ))}
    </div>
  );
}
