import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ArtistError, packageRoot, systemCode } from '../../core/index.ts';
import type { SiteRenderer } from './site-data.ts';

/** Where scripts/build.mjs puts what sites are made of. */
const builtFolder = (): string => join(packageRoot(), 'dist', 'web-site');
const built = ['site.js', 'style.css'] as const;

const notBuilt = (cause: unknown): ArtistError =>
  new ArtistError('ERR_NOT_FOUND', 'site: expected its script and style sheet in dist/web-site, got none. Build them: npm run build:ts', {
    cause,
  });

/** The components of the page, as HTML. @throws ArtistError ERR_NOT_FOUND: they were not built */
export async function siteRenderer(): Promise<SiteRenderer> {
  try {
    return (await import(pathToFileURL(join(builtFolder(), 'render.mjs')).href)) as SiteRenderer;
  } catch (cause) {
    if (systemCode(cause) === 'ERR_MODULE_NOT_FOUND') throw notBuilt(cause);
    throw cause;
  }
}

/** Copies script and style sheet into a site. */
export async function copySiteFiles(site: string): Promise<void> {
  for (const name of built)
    await copyFile(join(builtFolder(), name), join(site, name)).catch((cause: unknown) => {
      throw systemCode(cause) === 'ENOENT' ? notBuilt(cause) : cause;
    });
}
