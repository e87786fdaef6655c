import { access, constants, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArtistError, answering, checkReplaceable, isArtistError, isUlid, replaceFolder, systemCode } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { pictureName } from '../describe.ts';
import type { Gallery } from '../gallery.ts';
import { ownFile } from '../store/own-file.ts';
import { jsonFeed, rssFeed } from './feeds.ts';
import { dataScript, factsOf, perPage, type SiteRenderer, type SiteTexts, siteWorkOf, webEdge, webNameOf } from './site-data.ts';
import { copySiteFiles, siteRenderer } from './site-files.ts';
import { favicon, listPage, pageName, workPage } from './site-pages.ts';

export interface SiteOptions {
  /** Default "Gallery". */
  title?: string;
  /** Address at which it will be published, for feeds and labels. Without it the site is for file:// only and has no feeds. */
  url?: string | undefined;
  /** Called with the bytes of each smaller copy of a work's picture; what it returns is written, for example a signed copy. Default: as they are. */
  derive?: ((copy: Uint8Array, work: Artwork) => Promise<Uint8Array>) | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Exported {
  path: string;
  works: number;
  /** Works left out because their pictures are gone. */
  missing: string[];
  /** Works left out because their pictures cannot be read, if any. */
  damaged?: { id: string; message: string }[];
}

/** Marks a folder as a site made here, which may be replaced. */
const marker = '.ai-artist-site';
const fixedNames = [marker, 'index.html', 'style.css', 'site.js', 'favicon.svg', 'rss.xml', 'feed.json'];
/** Edge of thumbnails, pixels: rows of wide and of finely drawn screens need more than those that a server shows first. */
const thumbnailEdge = 640;
/** Number of works in a feed. */
const feedLength = 50;

/** Reads works in the given order, a page at a time. */
export async function worksWithPictures(gallery: Gallery, ids: readonly string[]): Promise<{ works: Artwork[]; missing: string[] }> {
  const works: Artwork[] = [];
  const missing: string[] = [];
  for (let at = 0; at < ids.length; at += perPage) {
    for (const work of await gallery.getMany(ids.slice(at, at + perPage))) {
      if (await gallery.hasPicture(work)) works.push(work);
      else missing.push(work.id);
    }
  }
  return { works, missing };
}

function siteUrl(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `url: expected an address that begins with https://, got ${JSON.stringify(url)}`);
  return url.endsWith('/') ? url : `${url}/`;
}

/** Whether a path belongs to a site. Only these are removed from an earlier site. */
function isSitePath(path: string, kind: 'file' | 'folder'): boolean {
  if (kind === 'folder') return ['data', 'images', 'thumbs', 'web', 'works'].includes(path);
  const [, folder, id, ending = ''] = /^(images|thumbs|web|works)\/([^/.]+)\.(\w+)$/.exec(path) ?? [];
  if (folder === undefined) return fixedNames.includes(path) || /^(page-\d+\.html|data\/(works|facts-\d+)\.js)$/.test(path);
  return (
    isUlid(id ?? '') &&
    { images: ['png', 'jpg', 'jpeg', 'webp'], thumbs: ['webp'], web: ['webp'], works: ['html'] }[folder]?.includes(ending) === true
  );
}

/**
 * The works as a website of one folder, without a server: it can be opened from the disk. Its pages are complete without scripts; with them it is
 * the gallery of the page that `ai-artist serve` shows. In the order of `ids`. It is built beside its place and moved there when it is whole. Hidden works are left out. An earlier site is replaced; a folder with anything else in it is not.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS: the folder holds other files; ERR_INVALID_ARGUMENT (url; the folder must stay); ERR_NOT_FOUND: the
 * components were not built; ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const exportSite = answering(
  'exportSite',
  async (gallery: Gallery, ids: readonly string[], out: string, options: SiteOptions = {}): Promise<Exported> => {
    const folder = resolve(out);
    const texts = { title: options.title ?? 'Gallery', url: siteUrl(options.url) };
    const wish = { mark: marker, isOurs: isSitePath, keep: [gallery.folder], name: 'out' };
    await checkReplaceable(folder, { ...wish, as: 'folder' }); // before the works are read
    const renderer = await siteRenderer();
    const { works, missing } = await worksWithPictures(gallery, ids);
    const open = works.filter(({ hidden }) => !hidden);
    const damaged: NonNullable<Exported['damaged']> = [];
    let shown: Artwork[] = [];
    await replaceFolder(folder, wish, async (made) => {
      for (const part of ['data', 'images', 'thumbs', 'web', 'works']) await mkdir(join(made, part));
      // The pictures first: the pages name those that could be read.
      shown = [];
      for (const [index, work] of open.entries()) {
        options.signal?.throwIfAborted();
        options.onProgress?.(index, open.length);
        const message = await copyWork(gallery, work, made, options.derive);
        if (message === undefined) shown.push(work);
        else damaged.push({ id: work.id, message });
      }
      await writePages(made, shown, texts, renderer);
      await writeData(made, shown, texts);
      await copySiteFiles(made);
    });
    return { path: folder, works: shown.length, missing, ...(damaged.length > 0 && { damaged }) };
  },
);

/** Writes the picture of a work, its thumbnail, and a copy for the web if it is large; returns why it cannot be shown. Throws errors that concern the site, not the work. */
async function copyWork(gallery: Gallery, work: Artwork, site: string, derive: SiteOptions['derive']): Promise<string | undefined> {
  const copySmaller = async (from: string, to: string): Promise<void> =>
    derive ? writeFile(to, await derive(await readFile(from), work)) : copyFile(from, to);
  try {
    const thumbnail = await gallery.thumbnail(work.id, thumbnailEdge);
    await copyFile(await ownFile(work.path), join(site, 'images', pictureName(work)), constants.COPYFILE_FICLONE);
    await copySmaller(thumbnail, join(site, 'thumbs', `${work.id}.webp`));
    const web = webNameOf(work);
    if (web !== undefined) await copySmaller(await gallery.thumbnail(work.id, webEdge), join(site, 'web', web));
    return undefined;
  } catch (error) {
    const message = await unreadable(work, error);
    if (message === undefined) throw error;
    return message;
  }
}

const ofTheWork = ['ERR_IMAGE_DECODE', 'ERR_NOT_FOUND', 'ERR_DAMAGED', 'ERR_NEWER_VERSION', 'ERR_READ'];

/** The message if an error is about the work's own files, else undefined. */
export async function unreadable(work: Artwork, error: unknown): Promise<string | undefined> {
  if (isArtistError(error) && ofTheWork.includes(error.code)) return error.message;
  const readable = await access(work.path, constants.R_OK).then(
    () => true,
    () => false,
  );
  return readable ? undefined : `${work.path}: cannot be read (${systemCode(error) ?? String(error)})`;
}

async function writePages(folder: string, works: readonly Artwork[], texts: SiteTexts, renderer: SiteRenderer): Promise<void> {
  for (let page = 0; page === 0 || page * perPage < works.length; page++)
    await writeFile(join(folder, pageName(page)), listPage(works, page, texts, renderer));
  for (const [index, work] of works.entries())
    await writeFile(join(folder, 'works', `${work.id}.html`), workPage({ works, index }, work, texts, renderer));
  await writeFile(join(folder, 'favicon.svg'), favicon);
  await writeFile(join(folder, marker), '');
  if (texts.url === undefined) return;
  const latest = works.slice(0, feedLength);
  await writeFile(join(folder, 'rss.xml'), rssFeed(latest, { title: texts.title, url: texts.url }));
  await writeFile(join(folder, 'feed.json'), jsonFeed(latest, { title: texts.title, url: texts.url }));
}

/** The data of site.js: all works in one file, their facts in files of `perPage` works. */
async function writeData(folder: string, works: readonly Artwork[], { title }: SiteTexts): Promise<void> {
  await writeFile(join(folder, 'data', 'works.js'), dataScript('works', { title, works: works.map(siteWorkOf) }));
  for (let at = 0; at < works.length; at += perPage) {
    const name = `facts-${at / perPage}`;
    const facts = Object.fromEntries(works.slice(at, at + perPage).map((work) => [work.id, factsOf(work)]));
    await writeFile(join(folder, 'data', `${name}.js`), dataScript(name, facts));
  }
}
