import { resolve } from 'node:path';
import { derivingOf } from '../../lib/artist/index.ts';
import { ArtistError, writeOutput } from '../../lib/core/index.ts';
import { type Exported, exportSite, exportZip, type Gallery, jsonFeed, jsonLdOf, pictureName, rssFeed } from '../../lib/gallery/index.ts';
import { createProgress } from '../../lib/observe/index.ts';
import { text, toggle, type Values } from '../flags/flags.ts';
import { queryFlag } from '../flags/works-flags.ts';
import { progressIsSilent } from '../print/progress.ts';
import type { Context } from '../shell/run.ts';

export const kinds = ['zip', 'site', 'rss', 'json-feed', 'json-ld'] as const;

export const flags = {
  out: text('Output file; for a site, the folder (required)'),
  query: queryFlag,
  title: text('Title of a site or feed. Default: Gallery'),
  url: text('Address where it will be published; required for feeds. A site with it gets feeds too'),
  force: toggle('Replace an existing file. An earlier site is replaced without it; a folder with other files never'),
} as const;

type ExportValues = Values<typeof flags> & { kind: (typeof kinds)[number] };

/** Most works in a feed. */
const feedLength = 50;

async function writeText(
  gallery: Gallery,
  ids: readonly string[],
  out: string,
  { kind, title = 'Gallery', url, force }: ExportValues,
): Promise<Exported> {
  const works = await gallery.getMany(kind === 'json-ld' ? ids : ids.slice(0, feedLength));
  const base = url === undefined || url.endsWith('/') ? url : `${url}/`;
  if (base !== undefined && !URL.canParse(base))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--url: expected an address that begins with https://, got ${JSON.stringify(url)}`);
  if (kind !== 'json-ld' && base === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--url: expected the address where the feed will be published, got none`);
  const address = (path: string): string => (base === undefined ? path : new URL(path, base).href);
  const labels = (): string =>
    `${JSON.stringify(
      works.map((work) => jsonLdOf(work, { picture: address(`images/${pictureName(work)}`) })),
      undefined,
      2,
    )}\n`;
  const content =
    kind === 'json-ld'
      ? labels()
      : kind === 'rss'
        ? rssFeed(works, { title, url: base ?? '' })
        : jsonFeed(works, { title, url: base ?? '' });
  await writeOutput(out, content, { overwrite: force === true });
  return { path: resolve(out), works: works.length, missing: [] };
}

export async function write(gallery: Gallery, ids: readonly string[], values: ExportValues, context: Context): Promise<Exported> {
  const { kind, out, title, url, force } = values;
  if (out === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--out: expected a ${kind === 'site' ? 'folder' : 'file'}, got none`);
  const progress = createProgress({ silent: progressIsSilent(context) });
  const common = {
    overwrite: force === true,
    signal: context.signal,
    onProgress: (done: number, total: number) => progress.update('exporting', done, total),
  };
  try {
    if (kind === 'zip') return await exportZip(gallery, ids, out, common);
    if (kind === 'site')
      return await exportSite(gallery, ids, out, {
        ...{ ...common, url, derive: derivingOf(await context.config()) },
        ...(title !== undefined && { title }),
      });
    return await writeText(gallery, ids, out, values);
  } finally {
    progress.end();
  }
}
