#!/usr/bin/env node
// Puts the engine's source into native/vendor/engine: fetches it by crate name and version, verifies, unpacks and patches it, and extracts
// the tokenizer tables. Does nothing if the stamp shows that this state is already there.
//
//   node scripts/vendor.mjs            fetch and patch if needed
//   node scripts/vendor.mjs --check    exit 1 if the tree is not in the pinned state
//   AI_ARTIST_ENGINE_DIR=/path         use a stable-diffusion.cpp checkout instead of the pinned crate (it is copied, then patched)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractVocabularies } from './vocabularies.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const vendorDir = join(root, 'native/vendor');
const engineDir = join(vendorDir, 'engine');
const vocabularyDir = join(root, 'vocab');
const patchDir = join(root, 'native/patches');
const stampFile = join(vendorDir, '.stamp.json');
const pin = JSON.parse(readFileSync(join(vendorDir, 'engine.json'), 'utf8'));

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const log = (text) => process.stderr.write(`vendor: ${text}\n`);

/** Everything that determines the contents of the patched tree. */
function wantedStamp(checkout) {
  const patches = readdirSync(patchDir)
    .filter((name) => name.endsWith('.patch'))
    .sort();
  const scripts = ['vendor.mjs', 'vocabularies.mjs'].map((name) => readFileSync(join(root, 'scripts', name)));
  return {
    source: checkout ?? `${pin.crate} ${pin.version} ${pin.sha256}`,
    patches: sha256(patches.map((name) => `${name}\n${readFileSync(join(patchDir, name), 'utf8')}`).join('')),
    scripts: sha256(Buffer.concat(scripts)),
  };
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error?.code === 'ENOENT') {
    throw new Error(
      `${command} is not installed. ${command === 'cargo' ? 'Install Rust (package "cargo"), ' : ''}or point AI_ARTIST_ENGINE_DIR at a stable-diffusion.cpp checkout.`,
    );
  }
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed (${result.status ?? result.signal}):\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/** Fetches the crate with cargo, through the registry or mirror that the user has configured. Returns the path of the .crate file. */
function fetchCrate() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const cached = () => {
    const cache = join(cargoHome, 'registry/cache');
    if (!existsSync(cache)) return undefined;
    return readdirSync(cache)
      .map((index) => join(cache, index, `${pin.crate}-${pin.version}.crate`))
      .find((file) => existsSync(file) && sha256(readFileSync(file)) === pin.sha256);
  };
  const known = cached();
  if (known) return known;
  log(`fetching ${pin.crate} ${pin.version} with cargo`);
  const manifest = mkdtempSync(join(tmpdir(), 'ai-artist-vendor-'));
  try {
    mkdirSync(join(manifest, 'src'));
    writeFileSync(join(manifest, 'src/lib.rs'), '');
    writeFileSync(
      join(manifest, 'Cargo.toml'),
      `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${pin.crate} = "=${pin.version}"\n`,
    );
    run('cargo', ['fetch'], { cwd: manifest });
  } finally {
    rmSync(manifest, { recursive: true, force: true });
  }
  const file = cached();
  if (!file)
    throw new Error(`${pin.crate}-${pin.version}.crate was fetched but its SHA-256 is not ${pin.sha256}: refusing to build from it.`);
  return file;
}

/** Unpacks the crate into `target`: only the engine, without video containers, which still images do not need. */
function unpack(crate, target) {
  const work = mkdtempSync(join(dirname(target), '.unpack-'));
  try {
    run('tar', ['-xzf', crate, '-C', work]);
    const tree = join(work, `${pin.crate}-${pin.version}`, 'stable-diffusion.cpp');
    for (const unused of ['thirdparty/libwebp', 'thirdparty/libwebm']) rmSync(join(tree, unused), { recursive: true, force: true });
    renameSync(tree, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function applyPatches(tree) {
  const patches = readdirSync(patchDir)
    .filter((name) => name.endsWith('.patch'))
    .sort();
  for (const name of patches) {
    // GIT_DIR is invalid so that git treats the tree as plain files; inside a repository it would silently skip them.
    const result = spawnSync('git', ['apply', '--whitespace=nowarn', join(patchDir, name)], {
      cwd: tree,
      encoding: 'utf8',
      env: { ...process.env, GIT_DIR: join(tree, '.no-git') },
    });
    if (result.error || result.status !== 0) throw new Error(`patch ${name} does not apply:\n${result.error?.message ?? result.stderr}`);
  }
  return patches.length;
}

/** Files with unchanged content keep their modification time, so that a changed patch recompiles only what it affects. */
function keepTimes(fresh, old) {
  for (const entry of readdirSync(fresh, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const before = join(old, relative(fresh, file));
    const known = statSync(before, { throwIfNoEntry: false });
    const same = known?.isFile() && known.size === statSync(file).size && readFileSync(before).equals(readFileSync(file));
    const time = same ? known.mtime : new Date();
    utimesSync(file, time, time);
  }
}

function vendor() {
  const checkout = process.env.AI_ARTIST_ENGINE_DIR ? resolve(process.env.AI_ARTIST_ENGINE_DIR) : undefined;
  const wanted = JSON.stringify(wantedStamp(checkout), null, 2);
  const current = existsSync(stampFile) && existsSync(engineDir) ? readFileSync(stampFile, 'utf8') : '';
  if (current.trim() === wanted) return log('engine source is up to date');
  if (process.argv.includes('--check')) throw new Error('engine source is missing or out of date; run: npm run vendor');

  rmSync(stampFile, { force: true });
  const fresh = join(vendorDir, '.engine-new');
  rmSync(fresh, { recursive: true, force: true });
  if (checkout) {
    if (!statSync(join(checkout, 'src/stable-diffusion.cpp'), { throwIfNoEntry: false })) {
      throw new Error(`AI_ARTIST_ENGINE_DIR=${checkout} is not a stable-diffusion.cpp checkout (src/stable-diffusion.cpp is missing)`);
    }
    cpSync(checkout, fresh, { recursive: true, filter: (path) => basename(path) !== '.git' });
  } else {
    unpack(fetchCrate(), fresh);
  }
  const count = applyPatches(fresh);
  extractVocabularies(join(fresh, 'src/tokenizers/vocab'), vocabularyDir);
  keepTimes(fresh, engineDir);
  rmSync(engineDir, { recursive: true, force: true });
  renameSync(fresh, engineDir);
  writeFileSync(stampFile, `${wanted}\n`);
  log(`engine source ready in ${engineDir} (${count} patches)`);
}

try {
  vendor();
} catch (error) {
  process.stderr.write(`vendor: ${error.message}\n`);
  process.exit(1);
}
