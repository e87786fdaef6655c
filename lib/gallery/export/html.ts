import { escapeHtml } from './feeds.ts';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly Part[];

/** An HTML template. Values are escaped unless they are Html; lists are joined, undefined becomes nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(texts.map((text, at) => text + (at < parts.length ? shown(parts[at]) : '')).join(''));
}

function shown(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(shown).join('\n');
  return part === undefined ? '' : escapeHtml(String(part));
}

/** JSON to embed in a page, escaped so that no text in it can close the element. */
export function jsonElement(type: string, value: unknown): Html {
  return new Html(`<script type="${escapeHtml(type)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`);
}
