/** What the browser reads of the page's scripts: for the first view, and for each further page when it is opened first. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const assets = fileURLToPath(new URL('../dist/web/assets', import.meta.url));
/** Most bytes, compressed by gzip. */
export const mostScript = { firstView: 95_000, furtherPage: 25_000 };

/** A script and all that it imports before it runs. */
function withImports(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(path.join(assets, file), 'utf8');
  for (const [, imported] of code.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) withImports(imported, seen);
  return seen;
}

/** Bytes of the first view, and of each further page what it adds, the largest first. */
export function pageScripts() {
  const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'));
  const entry = scripts.find((file) => file.startsWith('index-'));
  if (entry === undefined) throw new Error(`${assets}: no script index-*.js`);
  const first = withImports(entry);
  const bytes = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(assets, file)), { level: 9 }).length, 0);
  const further = scripts
    .filter((file) => file.includes('-page-'))
    .map((file) => ({ name: file.replace(/-page-.*/, ''), bytes: bytes([...withImports(file)].filter((one) => !first.has(one))) }))
    .sort((a, b) => b.bytes - a.bytes);
  if (further.length === 0) throw new Error(`${assets}: no script *-page-*.js`);
  return { firstView: bytes([...first]), further };
}
