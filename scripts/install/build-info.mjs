// Writes build.json beside a freshly linked addon: what it was compiled from and which CPU it needs. lib/engine/addon/binary.ts reads it
// before loading the addon, because an instruction that the CPU lacks kills the process instead of raising an error.
//
//   node scripts/install/build-info.mjs <folder of the .node> <gpu backend> <portable: 1|0> <C++ compiler> <its CMake id>
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Maps compiler macros to /proc/cpuinfo feature names. Only features that a compiler uses by itself or that ggml tests by macro. */
const featureOfMacro = {
  __SSE3__: 'pni',
  __SSSE3__: 'ssse3',
  __SSE4_1__: 'sse4_1',
  __SSE4_2__: 'sse4_2',
  __POPCNT__: 'popcnt',
  __AVX__: 'avx',
  __AVX2__: 'avx2',
  __FMA__: 'fma',
  __F16C__: 'f16c',
  __BMI__: 'bmi1',
  __BMI2__: 'bmi2',
  __LZCNT__: 'abm',
  __MOVBE__: 'movbe',
  __SSE4A__: 'sse4a',
  __AVXVNNI__: 'avx_vnni',
  __AVX512F__: 'avx512f',
  __AVX512CD__: 'avx512cd',
  __AVX512BW__: 'avx512bw',
  __AVX512DQ__: 'avx512dq',
  __AVX512VL__: 'avx512vl',
  __AVX512VBMI__: 'avx512vbmi',
  __AVX512VBMI2__: 'avx512_vbmi2',
  __AVX512VNNI__: 'avx512_vnni',
  __AVX512BF16__: 'avx512_bf16',
  __AVX512FP16__: 'avx512_fp16',
  __AVX512BITALG__: 'avx512_bitalg',
  __AVX512VPOPCNTDQ__: 'avx512_vpopcntdq',
  __AMX_TILE__: 'amx_tile',
  __AMX_INT8__: 'amx_int8',
  __AMX_BF16__: 'amx_bf16',
  __ARM_FEATURE_DOTPROD: 'asimddp',
  __ARM_FEATURE_FP16_VECTOR_ARITHMETIC: 'asimdhp',
  __ARM_FEATURE_MATMUL_INT8: 'i8mm',
  __ARM_FEATURE_BF16: 'bf16',
  __ARM_FEATURE_SVE: 'sve',
  __ARM_FEATURE_SVE2: 'sve2',
  __ARM_FEATURE_SME: 'sme',
};

/** Flags that native/portable.cmake compiles the addon itself with. The kernel modules check the CPU themselves. */
const portableFlags = { x64: ['-msse4.2', '-mpopcnt'], arm64: [] };

function cpuFlags(portable, compiler, compilerId) {
  if (compilerId === 'MSVC') return [];
  const arch = portable ? (portableFlags[process.arch] ?? []) : [process.arch === 'arm64' ? '-mcpu=native' : '-march=native'];
  const result = spawnSync(compiler, [...arch, '-dM', '-E', '-x', 'c++', '-'], { input: '', encoding: 'utf8' });
  if (result.status !== 0) return [];
  const macros = new Set([...result.stdout.matchAll(/^#define (\w+) /gm)].map((match) => match[1]));
  return Object.entries(featureOfMacro)
    .filter(([macro]) => macros.has(macro))
    .map(([, feature]) => feature);
}

function* sourceFiles(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'vendor') yield* sourceFiles(path);
    } else yield path;
  }
}

/** SHA-256 of all our files that affect the addon; the engine's tree is represented by its stamp. */
export function sourceHash(root = packageRoot) {
  const hash = createHash('sha256');
  const native = join(root, 'native');
  const files = [join(root, 'CMakeLists.txt'), ...(existsSync(native) ? sourceFiles(native) : []), join(native, 'vendor/.stamp.json')];
  for (const file of files) {
    if (existsSync(file)) hash.update(file.slice(root.length).replaceAll('\\', '/')).update('\n').update(readFileSync(file));
  }
  return hash.digest('hex');
}

export function packageVersion(root = packageRoot) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** Reads the build.json beside an addon; undefined if there is none or it is unreadable. */
export function readBuildInfo(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8'));
  } catch {
    return undefined; // absent or half written: the caller then rebuilds, which writes it
  }
}

function main([folder, gpu, portable, compiler, compilerId]) {
  if (!folder || !gpu || !compiler) throw new Error('usage: build-info.mjs <folder> <gpu> <portable> <compiler> <compiler id>');
  const isPortable = portable === '1';
  const info = {
    version: packageVersion(),
    platform: process.platform,
    arch: process.arch,
    gpu,
    portable: isPortable,
    cpuFlags: cpuFlags(isPortable, compiler, compilerId),
    compiler: compilerId,
    sources: sourceHash(),
  };
  writeFileSync(join(folder, 'build.json'), `${JSON.stringify(info, null, 2)}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
