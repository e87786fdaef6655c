import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { isArtistError, isUlid, systemCode, writeFileAtomic } from '../../core/index.ts';
import { escapeHtml } from '../../gallery/index.ts';
import { NetworkFailure } from './network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from './publisher.ts';
import { countGraphemes } from './text/graphemes.ts';

const itemSchema = z.strictObject({
  id: z.string(),
  work: z.string(),
  text: z.string(),
  altText: z.string(),
  language: z.string(),
  sensitive: z.boolean(),
  madeWithAi: z.boolean(),
  picture: z.string(),
  type: z.string(),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  publishedAt: z.iso.datetime(),
});
type Item = z.output<typeof itemSchema>;

const mostInFeed = 50;

/**
 * A folder with `<id>.json` and a picture for each post, and `feed.xml` (RSS 2.0) of the newest fifty: for sites, bots and networks that have no
 * client here. The feed's addresses of pictures are relative.
 */
export class Folder implements Publisher {
  readonly network = 'folder';
  readonly repeatableMs = Number.POSITIVE_INFINITY;
  readonly #folder: string;

  /** @param folder absolute */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async profile(): Promise<Profile> {
    return { handle: this.#folder, url: pathToFileURL(this.#folder).href, bot: undefined, rules: [] };
  }

  async limits(): Promise<Limits> {
    const any = Number.POSITIVE_INFINITY;
    return { characters: any, count: countGraphemes, altText: any, bytes: any, pixels: any, edge: any, formats: ['png'] };
  }

  async upload({ id, picture }: PostOrder): Promise<string> {
    const name = `${id}.${picture.type.slice('image/'.length)}`;
    await this.#write(name, picture.bytes);
    return name;
  }

  async isReady(media: string): Promise<boolean> {
    return (await this.#names()).includes(media);
  }

  async publish({ id, work, content, picture, armedAt }: PostOrder, media: string): Promise<Published> {
    const { text, altText, language, sensitive, madeWithAi } = content;
    const { type, width, height, bytes } = picture;
    const publishedAt = new Date(armedAt).toISOString();
    const about = { text, altText, language, sensitive, madeWithAi, picture: media, type, bytes: bytes.length, width, height };
    const item: Item = { id, work, ...about, publishedAt };
    await this.#write(`${id}.json`, `${JSON.stringify(item, undefined, 2)}\n`);
    await this.#writeFeed();
    return this.#published(id);
  }

  #published(id: string): Published {
    return { uri: id, url: pathToFileURL(join(this.#folder, `${id}.json`)).href };
  }

  async find({ id }: PostOrder): Promise<Published | 'absent'> {
    return (await this.#names()).includes(`${id}.json`) ? this.#published(id) : 'absent';
  }

  async metrics(): Promise<Metrics> {
    return {};
  }

  async delete(uri: string): Promise<void> {
    const names = (await this.#names()).filter((name) => name.startsWith(`${uri}.`));
    for (const name of names) await rm(join(this.#folder, name), { force: true });
    await this.#writeFeed();
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    try {
      await writeFileAtomic(join(this.#folder, name), content);
    } catch (error) {
      throw isArtistError(error) ? new NetworkFailure({ code: error.code, message: error.message, retryable: true, unsure: false }) : error;
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw new NetworkFailure({
        code: 'ERR_READ',
        message: `${this.#folder}: expected a folder that can be read, got ${systemCode(error) ?? 'another failure'}`,
        retryable: true,
        unsure: false,
      });
    }
  }

  async #writeFeed(): Promise<void> {
    const ids = (await this.#names()).map((name) => name.replace(/\.json$/, '')).filter(isUlid);
    const newest = ids.sort().reverse().slice(0, mostInFeed);
    const items = await Promise.all(newest.map((id) => this.#item(id)));
    await this.#write('feed.xml', feedOf(items.filter((item) => item !== undefined)));
  }

  /** Undefined for a file that is not ours. */
  async #item(id: string): Promise<Item | undefined> {
    try {
      return itemSchema.safeParse(JSON.parse(await readFile(join(this.#folder, `${id}.json`), 'utf8'))).data;
    } catch {
      return undefined; // removed meanwhile, or no JSON: the feed is made of the others
    }
  }
}

function feedOf(items: readonly Item[]): string {
  const entries = items.map(
    ({ id, text, altText, picture, type, bytes, publishedAt }) => `<item>
<title>${escapeHtml(text.split('\n')[0] ?? '')}</title>
<guid isPermaLink="false">${id}</guid>
<pubDate>${new Date(publishedAt).toUTCString()}</pubDate>
<description>${escapeHtml(`<p><img src="${escapeHtml(picture)}" alt="${escapeHtml(altText)}"></p><p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`)}</description>
<enclosure url="${escapeHtml(picture)}" length="${bytes}" type="${type}"/>
</item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
<channel>
<title>Posts</title>
<link>.</link>
<description>Posts of ai-artist</description>
${entries.join('\n')}
</channel>
</rss>
`;
}
