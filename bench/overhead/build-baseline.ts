import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const libraries = [
  'engine/libstable-diffusion.a',
  'engine/ggml/src/libggml.a',
  'engine/ggml/src/libggml-cpu.a',
  'engine/ggml/src/libggml-base.a',
];

/** Compiles baseline.c against the same static libraries as the addon in build/. Linux and macOS, CPU builds. Returns its path. */
export function buildBaseline(): string {
  const out = path.join(root, 'build', 'bench');
  const archives = libraries.map((library) => path.join(root, 'build', library));
  const missing = archives.filter((archive) => !existsSync(archive));
  if (missing.length > 0)
    throw new Error(
      `baseline: expected the engine's libraries of a CPU build from source, missing ${missing.join(', ')}. Run: npm run build:native`,
    );
  mkdirSync(out, { recursive: true });
  const run = (command: string, args: string[]): void =>
    void execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const object = (name: string): string => path.join(out, `${name}.o`);
  run(process.env.CC ?? 'cc', [
    '-O3',
    '-Wall',
    '-Wextra',
    '-Inative/vendor/engine/include',
    '-c',
    'bench/overhead/baseline.c',
    '-o',
    object('baseline'),
  ]);
  run(process.env.CXX ?? 'c++', ['-O3', '-std=c++17', '-Inative', '-c', 'bench/overhead/vocabulary.cpp', '-o', object('vocabulary')]);
  const system = process.platform === 'darwin' ? ['-framework', 'Accelerate', '-framework', 'Foundation'] : ['-ldl', '-lm', '-lpthread'];
  const program = path.join(out, 'baseline');
  run(process.env.CXX ?? 'c++', [object('baseline'), object('vocabulary'), ...archives, ...system, '-o', program]);
  return program;
}
