#!/usr/bin/env node
/**
 * Packs the package as npm would publish it and checks the tarball: publint, are-the-types-wrong, what must be in it and what must not.
 * Needs a built dist/ and the vendored engine. `npm run check:package`
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mostScript, pageScripts } from './page-scripts.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-pack-'));
const problems = [];

const required = [
  'LICENSE',
  'README.md',
  'CMakeLists.txt',
  'binding.gyp',
  'dist/esm/bin/ai-artist.js',
  'dist/esm/bin/ai-artist-schedule.js',
  'dist/esm/bin/ai-artist-gallery.js',
  'dist/web/index.html',
  'dist/web-site/site.js',
  'dist/web-site/style.css',
  'dist/web-site/render.mjs',
  'models/MODEL.md',
  'models/NOTICE.md',
  'native/binding/addon.cpp',
  'native/vendor/engine/CMakeLists.txt',
  'native/vendor/engine/ggml/CMakeLists.txt',
  'native/vendor/engine/LICENSE',
  'scripts/install.mjs',
  'vocab/clip_merges.txt',
];
const forbidden =
  /^(test|bench|node_modules|coverage|training|web|\.ci|build)\/|\.(o|a|tgz|log|tsbuildinfo)$|(^|\/)\.git(ignore|modules)?$|^lib\/|^bin\//;

/** Code and types of every door, for ES modules and for CommonJS. */
function filesOfDoors() {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const files = (entry) => (typeof entry === 'string' ? [path.posix.normalize(entry)] : Object.values(entry).flatMap(files));
  return files(exports);
}

/** All files that the install script imports; they must be packed with it. */
function importsOf(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier] of readFileSync(path.join(root, file), 'utf8').matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
    importsOf(path.posix.join(path.posix.dirname(file), specifier), seen);
  }
  return seen;
}

function checkPage() {
  const { firstView, further } = pageScripts();
  console.log(`scripts of the page: ${firstView} bytes compressed for the first view, of at most ${mostScript.firstView}`);
  if (firstView > mostScript.firstView)
    problems.push(`the page's first view: expected at most ${mostScript.firstView} bytes of scripts, got ${firstView}`);
  for (const { name, bytes } of further)
    if (bytes > mostScript.furtherPage)
      problems.push(`the page ${name}: expected at most ${mostScript.furtherPage} bytes of scripts, got ${bytes}`);
}

function runTool(name, args) {
  const bin = path.join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);
  const { status } = spawnSync(bin, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) problems.push(`${name}: exit status ${status}`);
}

try {
  if (!existsSync(path.join(root, 'dist/esm/index.js')))
    throw new Error('dist/: expected the built package, got nothing. Run: npm run build:ts');
  checkPage();
  const printed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  const parsed = JSON.parse(printed);
  const [packed] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  const files = packed.files.map((file) => file.path);
  for (const file of [...required, ...filesOfDoors(), ...importsOf('scripts/install.mjs')])
    if (!files.includes(file)) problems.push(`${file}: expected in the package, got nothing`);
  for (const file of files) if (forbidden.test(file)) problems.push(`${file}: must not be in the package`);
  console.error(
    `check-package: ${files.length} files, ${(packed.size / 1e6).toFixed(1)} MB packed, ${(packed.unpackedSize / 1e6).toFixed(1)} MB unpacked`,
  );
  const tarball = path.join(folder, packed.filename);
  runTool('publint', ['--strict', tarball]);
  runTool('attw', [tarball]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(`check-package: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
