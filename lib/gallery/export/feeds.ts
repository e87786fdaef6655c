import type { Artwork } from '../artwork.ts';
import { altOf, mediaType, nameOf, pictureName } from '../describe.ts';

export interface FeedOptions {
  title: string;
  /** Address of the page, with a slash at its end. */
  url: string;
  /** Where the parts of a server are. Default: where exportSite() puts them. */
  addresses?: { page: (work: Artwork) => string; picture: (work: Artwork) => string; feed: string };
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ' '); // XML cannot hold them
}

const addressesIn = (url: string, feed: string): NonNullable<FeedOptions['addresses']> => ({
  page: ({ id }) => new URL(`works/${id}.html`, url).href,
  picture: (work) => new URL(`images/${pictureName(work)}`, url).href,
  feed: new URL(feed, url).href,
});

const isOpen = ({ hidden }: Artwork): boolean => hidden !== true;

/** RSS 2.0, newest first, with the picture as enclosure. Without hidden works. */
export function rssFeed(works: readonly Artwork[], { title, url, addresses = addressesIn(url, 'rss.xml') }: FeedOptions): string {
  const items = works.filter(isOpen).map((work) => {
    const [page, picture] = [addresses.page(work), addresses.picture(work)];
    const text = `<p><a href="${escapeHtml(page)}"><img src="${escapeHtml(picture)}" alt="${escapeHtml(altOf(work))}"></a></p>`;
    return `<item>
<title>${escapeHtml(nameOf(work))}</title>
<link>${escapeHtml(page)}</link>
<guid isPermaLink="false">${work.id}</guid>
<pubDate>${new Date(work.createdAt).toUTCString()}</pubDate>
<description>${escapeHtml(text)}</description>
<enclosure url="${escapeHtml(picture)}" length="${work.image.bytes}" type="${mediaType(work)}"/>
${(work.tags ?? []).map((tag) => `<category>${escapeHtml(tag)}</category>\n`).join('')}</item>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${escapeHtml(title)}</title>
<link>${escapeHtml(url)}</link>
<description>${escapeHtml(title)}</description>
<atom:link href="${escapeHtml(addresses.feed)}" rel="self" type="application/rss+xml"/>
${items.join('\n')}
</channel>
</rss>
`;
}

/** JSON Feed 1.1 (jsonfeed.org). Without hidden works. */
export function jsonFeed(works: readonly Artwork[], { title, url, addresses = addressesIn(url, 'feed.json') }: FeedOptions): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: url,
    feed_url: addresses.feed,
    items: works.filter(isOpen).map((work) => ({
      id: work.id,
      url: addresses.page(work),
      title: nameOf(work),
      content_text: altOf(work),
      image: addresses.picture(work),
      date_published: work.createdAt,
      ...(work.tags && work.tags.length > 0 && { tags: work.tags }),
      attachments: [{ url: addresses.picture(work), mime_type: mediaType(work), size_in_bytes: work.image.bytes }],
    })),
  };
  return `${JSON.stringify(feed, undefined, 2)}\n`;
}
