import type { Artwork } from '../artwork.ts';
import { altOf, jsonLdOf, nameOf, pictureName } from '../describe.ts';
import { Html, html, jsonElement } from './html.ts';
import { factsOf, perPage, type SiteRenderer, type SiteTexts, siteWorkOf, webNameOf } from './site-data.ts';

export const pageName = (index: number): string => (index === 0 ? 'index.html' : `page-${index + 1}.html`);

/** The icon of the pages, as `favicon.svg`. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="4" width="28" height="24" rx="3" fill="#345"/><circle cx="11" cy="12" r="3" fill="#fc6"/><path d="M4 26l9-10 6 6 4-4 5 8z" fill="#9cb"/></svg>
`;

/** Allows only the site's own files, also when opened from the disk; no inline script or style. */
const policy =
  "default-src 'none'; img-src 'self' file:; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action 'none'";

interface Page {
  title: string;
  /** Relative path to the root of the site. */
  root: string;
  texts: SiteTexts;
  /** For previews of links: a description of the page and the address of its picture. */
  preview: { description: string; picture: string | undefined; path: string };
  head?: Html;
  /** Made by the components of the page. */
  body: string;
  /** What site.js makes of it: the list becomes the gallery, a work gets keys. */
  kind: 'list' | 'work';
}

function document({ title, root, texts: { url }, preview, head, body, kind }: Page): string {
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
<html lang="en" class="plain" data-kind="${kind}" data-root="${root === '' ? './' : root}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${preview.description}">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${root}favicon.svg">
<link rel="stylesheet" href="${root}style.css">
<script defer src="${root}site.js"></script>
${feeds}${head}</head>
<body>
<div id="page">${new Html(body)}</div>
</body>
</html>
`.text;
}

/** Where a work is among the works of a site. */
export interface Place {
  works: readonly Artwork[];
  index: number;
}

/** The works of one page as a list, complete without scripts. */
export function listPage(works: readonly Artwork[], page: number, texts: SiteTexts, renderer: SiteRenderer): string {
  const pages = Math.max(1, Math.ceil(works.length / perPage));
  const shown = works.slice(page * perPage, (page + 1) * perPage);
  const [first] = shown;
  const body = renderer.renderList({
    title: texts.title,
    works: shown.map(siteWorkOf),
    total: works.length,
    page,
    pages,
    links: { newer: page > 0 ? pageName(page - 1) : undefined, older: page + 1 < pages ? pageName(page + 1) : undefined },
  });
  const preview = {
    description: `${texts.title}: ${works.length === 1 ? '1 work' : `${works.length} works`}`,
    picture: first && `images/${pictureName(first)}`,
    path: page === 0 ? '' : pageName(page),
  };
  return document({ title: texts.title, root: '', texts, preview, body, kind: 'list' });
}

/** One work with all its facts, complete without scripts. */
export function workPage({ works, index }: Place, work: Artwork, texts: SiteTexts, renderer: SiteRenderer): string {
  const address = (path: string): string => (texts.url === undefined ? `../${path}` : new URL(path, texts.url).href);
  const [path, picture] = [`works/${work.id}.html`, `images/${pictureName(work)}`];
  const label = jsonLdOf(work, { page: address(path), picture: address(picture), thumbnail: address(`thumbs/${work.id}.webp`) });
  const [newer, older] = [works[index - 1], works[index + 1]];
  const web = webNameOf(work);
  const body = renderer.renderWork({
    title: texts.title,
    work: siteWorkOf(work),
    facts: factsOf(work),
    picture: `../${picture}`,
    web: web && `../web/${web}`,
    links: {
      newer: newer && `${newer.id}.html`,
      older: older && `${older.id}.html`,
      list: `../${pageName(Math.floor(index / perPage))}`,
    },
  });
  const head = html`${jsonElement('application/ld+json', label)}\n`;
  const preview = { description: altOf(work), picture, path };
  return document({ title: nameOf(work), root: '../', texts, preview, head, body, kind: 'work' });
}
