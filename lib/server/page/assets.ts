import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of the page, ready to be sent. */
export interface Asset {
  type: string;
  /** Its name has a hash of its content. */
  isImmutable: boolean;
  etag: string;
  body: Buffer;
  /** Absent where compression gains nothing. */
  encoded: Partial<Record<'br' | 'gzip', Buffer>>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** Files beside the others that scripts/build.mjs compressed: `index.html.br` is that of `index.html`. */
const endings = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof endings;

/** @returns undefined: it is no file of a page */
export function assetOf(name: string, body: Buffer, encoded: Asset['encoded'] = {}): Asset | undefined {
  const type = types[path.extname(name)];
  if (type === undefined) return undefined;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type, isImmutable: name.startsWith('assets/'), etag, body, encoded };
}

/** The files of a built page by their paths in its folder, with slashes. Empty: the page was not built. */
export async function readAssets(folder: string): Promise<Map<string, Asset>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const bodies = new Map<string, Buffer>();
  for (const file of files) {
    if (!file.isFile()) continue;
    const full = path.join(file.parentPath, file.name);
    bodies.set(path.relative(folder, full).split(path.sep).join('/'), await readFile(full));
  }
  const assets = new Map<string, Asset>();
  for (const [name, body] of bodies) {
    const encoded: Asset['encoded'] = {};
    for (const encoding of Object.keys(endings) as Encoding[]) {
      const smaller = bodies.get(`${name}${endings[encoding]}`);
      if (smaller) encoded[encoding] = smaller;
    }
    const asset = assetOf(name, body, encoded);
    if (asset) assets.set(name, asset);
  }
  return assets;
}
