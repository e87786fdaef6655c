/**
 * Measures the size of the package and the time from source to an addon on this machine.
 *
 *   tsx bench/install.ts            sizes only
 *   tsx bench/install.ts --compile  also vendor, configure, compile, in a copy of the checkout (minutes)
 *
 * Prints a table on stderr and one JSON document on stdout.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Figures {
  machine: { cpu: string; cores: number; memoryGB: number; platform: string; node: string };
  /** Bytes of each part that exists. */
  bytes: Record<string, number>;
  /** Wall seconds. */
  seconds: Record<string, number>;
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function sizes(): Record<string, number> {
  const parts: [name: string, path: string][] = [
    ['addon compiled here', 'build/Release/ai_artist.node'],
    ['prebuilds', 'prebuilds'],
    ['engine source', 'native/vendor/engine'],
    ['tokenizer tables', 'vocab'],
    ['bundled models', 'models'],
    ['dist', 'dist'],
  ];
  const bytes: Record<string, number> = {};
  for (const [name, path] of parts) {
    const size = sizeOf(join(root, path));
    if (size > 0) bytes[name] = size;
  }
  const prebuilds = join(root, 'prebuilds');
  for (const folder of existsSync(prebuilds) ? readdirSync(prebuilds) : []) {
    const addon = readdirSync(join(prebuilds, folder)).find((name) => name.endsWith('.node'));
    if (addon) bytes[`addon of prebuild ${folder}`] = sizeOf(join(prebuilds, folder, addon));
  }
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0) throw new Error(`npm pack --dry-run: ${packed.stderr}`);
  const [report] = JSON.parse(packed.stdout) as { size: number; unpackedSize: number }[];
  if (report) Object.assign(bytes, { 'package packed': report.size, 'package unpacked': report.unpackedSize });
  return bytes;
}

/** Seconds of each step in a new copy, which neither reuses nor disturbs the checkout's own build. */
function compileSeconds(): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'ai-artist-bench-'));
  try {
    for (const name of [
      'package.json',
      'CMakeLists.txt',
      'scripts',
      'native/binding',
      'native/engine',
      'native/patches',
      'native/gpu.cmake',
      'native/portable.cmake',
      'native/vendor/engine.json',
    ]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const timed = (run: () => void): number => {
      const started = process.hrtime.bigint();
      run();
      return Number((process.hrtime.bigint() - started) / 10_000_000n) / 100;
    };
    const node = (...args: string[]): void => {
      execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    };
    const cmakeJs = join(folder, 'node_modules/cmake-js/bin/cmake-js');
    const vendor = timed(() => node('scripts/vendor.mjs'));
    const configure = timed(() => node(cmakeJs, 'configure'));
    const compile = timed(() => node(cmakeJs, 'build', '-p', String(cpus().length)));
    const nothingToDo = timed(() => node(cmakeJs, 'build'));
    return { vendor, configure, compile, 'compile, nothing changed': nothingToDo };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const figures: Figures = {
  machine: {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  },
  bytes: sizes(),
  seconds: process.argv.includes('--compile') ? compileSeconds() : {},
};

const { cpu, cores, memoryGB, platform, node } = figures.machine;
process.stderr.write(`${platform}, ${cpu}, ${cores} cores, ${memoryGB} GB, node ${node}\n`);
for (const [name, bytes] of Object.entries(figures.bytes))
  process.stderr.write(`${name.padEnd(36)}${(bytes / 1e6).toFixed(2).padStart(9)} MB\n`);
for (const [name, seconds] of Object.entries(figures.seconds))
  process.stderr.write(`${name.padEnd(36)}${seconds.toFixed(1).padStart(9)} s\n`);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
