import { escapeHtml } from '../gallery/index.ts';
import { htmlOf } from './objects.ts';
import type { Addresses } from './records/addresses.ts';
import type { StoredNote } from './records/notes.ts';

/** The pages load nothing but our own pictures and run no script. */
export const pagePolicy =
  "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const style = 'body{margin:2rem auto;max-width:44rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}img{max-width:100%;height:auto}';

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${body}
</body>
</html>
`;
}

function article(note: StoredNote, addresses: Addresses): string {
  const { picture, altText, width, height, language, publishedAt, id } = note;
  const time = new Date(publishedAt).toISOString();
  return `<article lang="${escapeHtml(language)}">
<img src="${escapeHtml(addresses.picture(picture))}" alt="${escapeHtml(altText)}" width="${width}" height="${height}">
${htmlOf(note.text, addresses)}
<p><a href="${escapeHtml(addresses.note(id))}"><time datetime="${time}">${time.slice(0, 10)}</time></a></p>
</article>`;
}

/** What a person sees who opens the address of a post. */
export function notePage(note: StoredNote, name: string, addresses: Addresses): string {
  const owner = `<p><a href="${escapeHtml(addresses.actor)}">${escapeHtml(name)}</a> ${escapeHtml(addresses.shownHandle)}</p>`;
  return page(name, `${owner}\n${article(note, addresses)}`);
}

/** The account, or its posts with one hashtag. */
export function listPage(heading: string, about: string, notes: readonly StoredNote[], addresses: Addresses): string {
  const head = `<h1>${escapeHtml(heading)}</h1>\n<p>${escapeHtml(about)}</p>`;
  return page(heading, [head, ...notes.map((note) => article(note, addresses))].join('\n'));
}
