import type { ComponentChild } from 'preact';

const special = /[.*+?^${}()|[\]\\]/g;

/** A text with the words of a search marked, in any case. */
export function Highlighted({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return <>{text}</>;
  // Longer ones first, so that a word does not hide the phrase that begins with it.
  const sorted = [...words].sort((a, b) => b.length - a.length);
  const parts: ComponentChild[] = text
    .split(new RegExp(`(${sorted.map((word) => word.replace(special, '\\$&')).join('|')})`, 'giu'))
    .map((part, at) =>
      at % 2 === 0 ? (
        part
      ) : (
        <mark key={at} class="rounded-sm bg-accent px-0.5 text-on-accent">
          {part}
        </mark>
      ),
    );
  return <>{parts}</>;
}
