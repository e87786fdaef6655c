import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

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

const compressed = {
  br: (body: Buffer) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: 9 }),
};

export async function assetOf(name: string, body: Buffer): Promise<Asset | undefined> {
  const type = types[path.extname(name)];
  if (type === undefined) return undefined;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const encoded: Asset['encoded'] = {};
  if (/^text|json|svg/.test(type))
    for (const encoding of ['br', 'gzip'] as const) {
      const smaller = await compressed[encoding](body);
      if (smaller.length < body.length) encoded[encoding] = smaller;
    }
  return { type, isImmutable: name.startsWith('assets/'), etag, body, encoded };
}

/** The files of a built page by their paths in its folder, with slashes. Empty: the page was not built. */
export async function readAssets(folder: string): Promise<Map<string, Asset>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const assets = new Map<string, Asset>();
  for (const file of files) {
    if (!file.isFile()) continue;
    const full = path.join(file.parentPath, file.name);
    const name = path.relative(folder, full).split(path.sep).join('/');
    const asset = await assetOf(name, await readFile(full));
    if (asset) assets.set(name, asset);
  }
  return assets;
}
