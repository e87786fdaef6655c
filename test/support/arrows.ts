/** The dependency diagram of docs/architecture.md as data, and a check of one file against it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ground = ['core'];
const middle = ['observe', 'models', 'prompt', 'image'];
const engineSide = [...ground, ...middle, 'lora', 'engine', 'clip', 'train'];
const works = ['gallery', 'schedule'];
const below = [...engineSide, 'config', 'provenance', ...works, 'federation', 'curation', 'publish'];

/** Folder of lib/ -> folders it may import; 'index' is lib/index.ts, 'doors' holds the sub-paths of the package. */
export const libArrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core', 'engine'],
  hooks: ['core', 'config'],
  observe: ground,
  models: ground,
  prompt: ground,
  image: ground,
  lora: [...ground, 'models', 'image'],
  engine: [...ground, ...middle, 'lora'],
  clip: [...ground, ...middle, 'engine'],
  train: [...ground, ...middle, 'lora', 'engine'],
  provenance: [...ground, 'image'],
  gallery: [...ground, 'image'],
  schedule: ground,
  curation: [...ground, ...works, 'image'],
  federation: [...ground, 'provenance', 'gallery'],
  publish: [...ground, 'models', 'image', 'lora', ...works, 'provenance', 'federation'],
  backup: ['core'],
  bench: below,
  tune: [...below, 'bench'],
  advice: [...below, 'bench', 'tune'],
  artist: [...below, 'hooks', 'tune'],
  service: [...below, 'hooks', 'artist'],
  server: [...below, 'hooks', 'artist', 'service'],
  doors: [...below, 'hooks', 'artist', 'service', 'server'],
  index: [...below, 'hooks', 'artist', 'service', 'server', 'doors'],
  bin: [...below, 'hooks', 'artist', 'backup', 'bench', 'tune', 'advice', 'service', 'server'],
};

/** Folder of native/ -> folders it may include; vendor is the engine's source and ggml. */
export const nativeArrows: Readonly<Record<string, readonly string[]>> = {
  engine: ['vendor'],
  kernels: ['vendor'],
  clip: ['vendor', 'engine'],
  train: ['vendor', 'engine'],
  binding: ['vendor', 'engine', 'clip', 'train'],
};

const addonLoader = 'lib/engine/addon/native.ts';

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(),])\/\/.*$/gm, '$1');
}

/** Every module that a TypeScript file names: static, type-only, dynamic and CommonJS imports, re-exports. */
export function importsOf(text: string): string[] {
  const source = withoutComments(text);
  const forms = [
    /(?:^|[\s;}])(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /(?:^|[\n;}])\s*import\s*['"]([^'"]+)['"]/g,
    /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g,
  ];
  return forms.flatMap((form) => [...source.matchAll(form)].map((match) => match[1] ?? ''));
}

/** lib/engine/options/x.ts -> engine, lib/index.ts -> index, bin/shell/main.ts -> bin */
function libFolder(file: string): string {
  const parts = file.split('/');
  if (parts[0] === 'bin') return 'bin';
  if (parts[0] === 'package.json') return 'package.json';
  return parts.length === 2 ? path.posix.basename(parts[1] ?? '', '.ts') : (parts[1] ?? '');
}

/** Whether a file can load the addon. It may name the .node file (to list possible places) but not also have the means to load it. */
function loadsAddon(source: string, imports: readonly string[]): boolean {
  if (/\bdlopen\s*\(/.test(source) || imports.some((specifier) => specifier.endsWith('.node'))) return true;
  return /\.node['"`]/.test(source) && imports.some((specifier) => /^(node:)?module$/.test(specifier));
}

/** Faults in the imports of `file` (relative to the repository, with slashes); [] if none. */
export function checkTypeScript(file: string, text: string, dependencies: readonly string[]): string[] {
  const folder = libFolder(file);
  const allowed = libArrows[folder];
  if (!allowed) return [`${file}: folder ${folder} is not in the picture of docs/architecture.md`];
  const problems: string[] = [];
  const imports = importsOf(text);
  if (file !== addonLoader && loadsAddon(withoutComments(text), imports))
    problems.push(`${file}: only ${addonLoader} may load the .node file`);
  for (const specifier of imports) {
    if (specifier.startsWith('.')) {
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
      const targetFolder = libFolder(target);
      if (targetFolder === folder || (folder === 'bin' && targetFolder === 'package.json')) continue;
      if (!allowed.includes(targetFolder)) problems.push(`${file}: no arrow from ${folder} to ${targetFolder} (${specifier})`);
      else if (targetFolder !== 'doors' && path.posix.basename(target) !== 'index.ts')
        problems.push(`${file}: ${specifier} goes around the door ${targetFolder}/index.ts`);
    } else if (!specifier.startsWith('node:')) {
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
      if (!dependencies.includes(name)) problems.push(`${file}: ${name} is not among the dependencies of package.json`);
    }
  }
  return problems;
}

/** `own` lists the files of native/ outside vendor, relative to native/: an include of another file is the vendored engine's or the system's. */
export function checkNative(file: string, text: string, own: ReadonlySet<string>): string[] {
  const folder = file.split('/')[1] ?? '';
  const allowed = nativeArrows[folder];
  if (!allowed) return [`${file}: folder ${folder} is not in the picture of docs/architecture.md`];
  const problems: string[] = [];
  const source = withoutComments(text);
  for (const [, include = ''] of text.matchAll(/^\s*#\s*include\s*["<]([^">]+)[">]/gm)) {
    if (/^(napi|node_api|js_native_api|uv|node|v8)(-inl)?\.h$/.test(include)) {
      if (folder !== 'binding') problems.push(`${file}: only native/binding may include ${include}`);
      continue;
    }
    const beside = path.posix.join(path.posix.dirname(file).replace(/^native\//, ''), include);
    const target = own.has(include) ? include : own.has(beside) ? beside : `vendor/${include}`;
    const targetFolder = target.split('/')[0] ?? '';
    if (targetFolder !== folder && !allowed.includes(targetFolder))
      problems.push(`${file}: no arrow from ${folder} to ${targetFolder} (${include})`);
  }
  if (folder !== 'binding' && /\bNapi::|\bnapi_\w+/.test(source)) problems.push(`${file}: no Napi type goes deeper than native/binding`);
  return problems;
}

/** Files below root/folder whose names match, relative to root, with slashes. */
export function listFiles(root: string, folder: string, name: RegExp): string[] {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((entry) => `${folder}/${String(entry).split(path.sep).join('/')}`)
    .filter((entry) => name.test(entry))
    .sort();
}

export function readText(root: string, file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
