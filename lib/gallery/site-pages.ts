import type { Artwork } from './artwork.ts';
import { altOf, jsonLdOf, nameOf, pictureName } from './describe.ts';
import { escapeHtml } from './feeds.ts';

/** Works on one page of the site. */
export const perPage = 60;

export interface SiteTexts {
  title: string;
  /** Address at which the site will be; undefined: it is for file://, and has no feeds. */
  url: string | undefined;
}

export const pageName = (index: number): string => (index === 0 ? 'index.html' : `page-${index + 1}.html`);

export const styleSheet = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
a { color: inherit; }
header, nav, footer { display: flex; flex-wrap: wrap; gap: 1rem; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.4rem; margin: 0.5rem 0; }
ul.works { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); list-style: none; margin: 1rem 0; padding: 0; }
ul.works a { display: block; text-decoration: none; }
ul.works img { aspect-ratio: 1; background: #8882; border-radius: 0.25rem; display: block; height: auto; object-fit: contain; width: 100%; }
ul.works span { display: block; font-size: 0.85rem; margin-top: 0.25rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
a:focus-visible { outline: 3px solid; outline-offset: 3px; }
main img.work { display: block; height: auto; margin: 0 auto; max-height: 80vh; max-width: 100%; }
dl { display: grid; gap: 0.25rem 1rem; grid-template-columns: max-content 1fr; }
dt { opacity: 0.7; }
dd { margin: 0; overflow-wrap: anywhere; }
`;

/** JSON inside a script element: no text can end it. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

function document(title: string, root: string, { url }: SiteTexts, head: string, body: string): string {
  const feeds =
    url === undefined
      ? ''
      : `<link rel="alternate" type="application/rss+xml" href="${root}rss.xml" title="RSS">
<link rel="alternate" type="application/feed+json" href="${root}feed.json" title="JSON Feed">
`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${root}style.css">
${feeds}${head}</head>
<body>
${body}
</body>
</html>
`;
}

export function listPage(works: readonly Artwork[], index: number, pages: number, total: number, texts: SiteTexts): string {
  const items = works.map(
    (work) =>
      `<li><a href="works/${work.id}.html"><img src="thumbs/${work.id}.webp" alt="${escapeHtml(altOf(work))}" loading="lazy" width="320" height="320"><span>${escapeHtml(nameOf(work))}</span></a></li>`,
  );
  const links = [
    ...(index > 0 ? [`<a rel="prev" href="${pageName(index - 1)}">Newer</a>`] : []),
    `<span>Page ${index + 1} of ${pages}</span>`,
    ...(index + 1 < pages ? [`<a rel="next" href="${pageName(index + 1)}">Older</a>`] : []),
  ];
  const body = `<header><h1>${escapeHtml(texts.title)}</h1><p>${total} works</p></header>
<main><ul class="works">
${items.join('\n')}
</ul></main>
<nav aria-label="Pages">${links.join('\n')}</nav>
<footer><p>These pictures were made with artificial intelligence.</p></footer>`;
  return document(texts.title, '', texts, '', body);
}

function facts(work: Artwork): [string, string][] {
  const { recipe = {} } = work;
  const known: [string, unknown][] = [
    ['Date', work.createdAt.slice(0, 10)],
    ['Prompt', recipe.prompt],
    ['Model', recipe.model?.name],
    ['LoRA', recipe.loras?.map(({ name, weight }) => `${name} (${weight})`).join(', ')],
    ['Sampler', recipe.sampler],
    ['Steps', recipe.steps],
    ['CFG', recipe.cfgScale],
    ['Seed', recipe.seed],
    ['Size', `${work.image.width}x${work.image.height}`],
    ['Tags', work.tags?.join(', ')],
    ['Rating', work.rating === undefined ? undefined : `${work.rating} of 5`],
    ['Licence', work.licence?.id],
  ];
  return known.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
}

export function workPage(work: Artwork, newer: Artwork | undefined, older: Artwork | undefined, page: number, texts: SiteTexts): string {
  const address = (path: string): string => (texts.url === undefined ? `../${path}` : new URL(path, texts.url).href);
  const label = jsonLdOf(work, {
    page: address(`works/${work.id}.html`),
    picture: address(`images/${pictureName(work)}`),
    thumbnail: address(`thumbs/${work.id}.webp`),
  });
  const link = (rel: string, to: Artwork | undefined, text: string): string =>
    to ? `<a rel="${rel}" href="${to.id}.html">${text}</a>` : '<span></span>';
  const rows = facts(work).map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`);
  const body = `<nav aria-label="Works">${link('prev', newer, 'Newer')}<a href="../${pageName(page)}">${escapeHtml(texts.title)}</a>${link('next', older, 'Older')}</nav>
<main>
<h1>${escapeHtml(nameOf(work))}</h1>
<a href="../images/${pictureName(work)}"><img class="work" src="../images/${pictureName(work)}" alt="${escapeHtml(altOf(work))}" width="${work.image.width}" height="${work.image.height}"></a>
<dl>
${rows.join('\n')}
</dl>
</main>
<footer><p>This picture was made with artificial intelligence.</p></footer>`;
  return document(nameOf(work), '../', texts, `<script type="application/ld+json">${scriptJson(label)}</script>\n`, body);
}
