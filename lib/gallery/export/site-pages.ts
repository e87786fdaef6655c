import type { Artwork } from '../artwork.ts';
import { altOf, jsonLdOf, nameOf, pictureName } from '../describe.ts';
import { Html, html, jsonElement } from './html.ts';

/** Works on one page of the site. */
export const perPage = 60;

export interface SiteTexts {
  title: string;
  /** Address of the published site; undefined: it is for file://, and has no feeds. */
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
ul.works time, ul.works small { display: block; font-size: 0.75rem; opacity: 0.7; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
a:focus-visible { outline: 3px solid; outline-offset: 3px; }
main img.work { display: block; height: auto; margin: 0 auto; max-height: 80vh; max-width: 100%; min-width: min(100%, 24rem); object-fit: contain; }
dl { display: grid; gap: 0.25rem 1rem; grid-template-columns: max-content 1fr; }
dt { opacity: 0.7; }
dd { margin: 0; overflow-wrap: anywhere; }
`;

/** The icon of the pages, as `favicon.svg`. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="4" width="28" height="24" rx="3" fill="#345"/><circle cx="11" cy="12" r="3" fill="#fc6"/><path d="M4 26l9-10 6 6 4-4 5 8z" fill="#9cb"/></svg>
`;

/** Allows only the site's pictures and style sheet, also when opened from the disk. */
const policy = "default-src 'none'; img-src 'self' file:; style-src 'self' file:; base-uri 'none'; form-action 'none'";

interface Page {
  title: string;
  /** Relative path to the root of the site. */
  root: string;
  texts: SiteTexts;
  /** For previews of links: a description of the page and the address of its picture. */
  preview: { description: string; picture: string | undefined; path: string };
  head?: Html;
  body: Html;
}

function document({ title, root, texts: { url }, preview, head, body }: Page): string {
  const feeds =
    url === undefined
      ? undefined
      : html`<link rel="alternate" type="application/rss+xml" href="${root}rss.xml" title="RSS">
<link rel="alternate" type="application/feed+json" href="${root}feed.json" title="JSON Feed">
<meta property="og:type" content="website">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${preview.description}">
<meta property="og:url" content="${new URL(preview.path, url).href}">
${
  preview.picture === undefined
    ? undefined
    : html`<meta property="og:image" content="${new URL(preview.picture, url).href}">
<meta name="twitter:card" content="summary_large_image">
`
}`;
  return html`${new Html('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${preview.description}">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${root}favicon.svg">
<link rel="stylesheet" href="${root}style.css">
${feeds}${head}</head>
<body>
${body}
</body>
</html>
`.text;
}

const day = ({ createdAt }: Artwork): string => createdAt.slice(0, 10);

export function listPage(works: readonly Artwork[], index: number, pages: number, total: number, texts: SiteTexts): string {
  const items = works.map(
    (work) =>
      html`<li><a href="works/${work.id}.html"><img src="thumbs/${work.id}.webp" alt="${altOf(work)}" loading="lazy" width="320" height="320"><span>${nameOf(work)}</span><time datetime="${work.createdAt}">${day(work)}</time>${work.tags && work.tags.length > 0 ? html`<small>${work.tags.join(', ')}</small>` : undefined}</a></li>`,
  );
  const links = [
    ...(index > 0 ? [html`<a rel="prev" href="${pageName(index - 1)}">Newer</a>`] : []),
    html`<span>Page ${index + 1} of ${pages}</span>`,
    ...(index + 1 < pages ? [html`<a rel="next" href="${pageName(index + 1)}">Older</a>`] : []),
  ];
  const count = total === 1 ? '1 work' : `${total} works`;
  const [first] = works;
  const body = html`<header><h1>${texts.title}</h1><p>${count}</p></header>
<main><ul class="works">
${items}
</ul></main>
<nav aria-label="Pages">${links}</nav>
<footer><p>These pictures were made with artificial intelligence.</p></footer>`;
  const preview = {
    description: `${texts.title}: ${count}`,
    picture: first && `images/${pictureName(first)}`,
    path: index === 0 ? '' : pageName(index),
  };
  return document({ title: texts.title, root: '', texts, preview, body });
}

function facts(work: Artwork): [string, string][] {
  const { recipe = {} } = work;
  const known: [string, unknown][] = [
    ['Date', `${day(work)} ${work.createdAt.slice(11, 16)} UTC`],
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
  const [path, picture] = [`works/${work.id}.html`, `images/${pictureName(work)}`];
  const label = jsonLdOf(work, { page: address(path), picture: address(picture), thumbnail: address(`thumbs/${work.id}.webp`) });
  const link = (rel: string, to: Artwork | undefined, text: string): Html =>
    to ? html`<a rel="${rel}" href="${to.id}.html">${text}</a>` : html`<span></span>`;
  const rows = facts(work).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const { width, height } = work.image;
  const body = html`<nav aria-label="Works">${link('prev', newer, 'Newer')}<a href="../${pageName(page)}">${texts.title}</a>${link('next', older, 'Older')}</nav>
<main>
<h1>${nameOf(work)}</h1>
<a href="../${picture}"><img class="work" src="../${picture}" alt="${altOf(work)}" width="${width}" height="${height}"></a>
<dl>
${rows}
</dl>
</main>
<footer><p>This picture was made with artificial intelligence.</p></footer>`;
  const head = html`${jsonElement('application/ld+json', label)}\n`;
  return document({ title: nameOf(work), root: '../', texts, preview: { description: altOf(work), picture, path }, head, body });
}
