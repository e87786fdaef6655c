// Compiles the addon with cmake-js: configures, builds with progress, and keeps the log if it fails. A second run continues an interrupted
// one.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const bytesPerJob = 2 * 1024 ** 3; // the largest file of the engine takes 1.6 GB to compile

export class CompileError extends Error {}

/** Bytes available to compilers: free memory, or what the container may still use. */
function availableMemory() {
  try {
    const available = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (available) return Math.min(Number(available[1]) * 1024, process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
  } catch {
    // not Linux
  }
  return Math.max(freemem(), totalmem() / 2); // macOS and Windows count caches as used
}

/** How many files to compile at once: one per core, but only as many as fit into memory. AI_ARTIST_JOBS overrides. */
export function jobCount({ cores = availableParallelism(), memory = availableMemory(), requested = process.env.AI_ARTIST_JOBS } = {}) {
  if (requested !== undefined && requested !== '') {
    const jobs = Number(requested);
    if (!Number.isInteger(jobs) || jobs < 1)
      throw new CompileError(`AI_ARTIST_JOBS: expected an integer of at least 1, got ${JSON.stringify(requested)}`);
    return { jobs, limitedByMemory: false };
  }
  const fitting = Math.max(1, Math.floor(memory / bytesPerJob));
  return { jobs: Math.min(cores, fitting), limitedByMemory: fitting < cores };
}

/** Parses "[12/96] Building …" of ninja and "[ 12%] Building …" of make. */
export function parseProgress(line) {
  const ninja = /^\[(\d+)\/(\d+)\]/.exec(line);
  if (ninja) return { done: Number(ninja[1]), total: Number(ninja[2]) };
  const make = /^\[\s*(\d+)%\]/.exec(line);
  return make ? { done: Number(make[1]), total: 100 } : undefined;
}

const knownFailures = [
  [
    /Killed signal terminated program|cc1plus.*[Kk]illed|virtual memory exhausted|out of memory/i,
    'the compiler ran out of memory: set AI_ARTIST_JOBS=1, or add swap',
  ],
  [/No space left on device/, 'the disk is full: compiling takes about 300 MB in the package folder'],
  [
    /unrecognized command.line option|error: .*c\+\+17/,
    'the compiler is too old: GCC 9, Clang 10, Xcode 12 or Visual Studio 2019 are enough',
  ],
  [
    /Could not find any instance of Visual Studio|No CMAKE_CXX_COMPILER/,
    'install a C++ compiler (Windows: "Visual Studio Build Tools" with the C++ workload)',
  ],
  [/CUDA_ARCHITECTURES|nvcc fatal|CUDA toolkit/i, 'the CUDA toolkit does not work here: AI_ARTIST_GPU=off compiles without it'],
];

/** The lines that a person needs: those with an error, else the last ones. */
export function tellingLines(text, count = 15) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const first = lines.findIndex((line) => /(^|\s)(fatal )?error[: ]|CMake Error|FAILED:|Killed/.test(line));
  return first >= 0 ? lines.slice(first, first + count) : lines.slice(-count);
}

/** Removes a build folder that was moved or whose generator is gone, because CMake would refuse to continue it. */
function dropForeignCache(root, buildDir) {
  const cacheFile = join(buildDir, 'CMakeCache.txt');
  if (!existsSync(cacheFile)) return;
  const cache = readFileSync(cacheFile, 'utf8');
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cache)?.[1];
  const program = /^CMAKE_MAKE_PROGRAM:\w+=(.*)$/m.exec(cache)?.[1];
  if (home === root.replaceAll('\\', '/') && (!program || existsSync(program))) return;
  rmSync(cacheFile);
  rmSync(join(buildDir, 'CMakeFiles'), { recursive: true, force: true });
}

/** Ends a program and everything it started: cmake-js, CMake, ninja and the compilers. */
function killTree(child) {
  if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
  else process.kill(-child.pid, 'SIGTERM');
}

function runLogged(args, { cwd, env, log, onLine }) {
  return new Promise((resolve, reject) => {
    // In its own process group, so that the whole group can be ended: a leftover compiler would write into the next install's files.
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
    let interrupted;
    const interrupt = (signal) => {
      interrupted = signal;
      killTree(child);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        text = `${text}${line}\n`.slice(-400_000);
        onLine?.(line);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, interrupt);
      if (interrupted)
        reject(new CompileError(`interrupted (${interrupted}). What is compiled is kept: npm rebuild ai-artist goes on from there`));
      else resolve({ code: code ?? signal, text });
    });
  });
}

/**
 * `defines` are CMake variables; `debug` takes the build type Debug in place of Release.
 *
 * @param {{ root: string, buildDir: string, gpu: string, portable?: boolean, defines?: Record<string, string>, debug?: boolean, report: { say(text: string): void, progress(done: number, total: number, what: string): void } }} job
 * @returns {Promise<{ configure: number, compile: number, jobs: number }>} seconds
 */
export async function compile({ root, buildDir, gpu, portable = false, defines = {}, debug = false, report }) {
  const { jobs, limitedByMemory } = jobCount();
  mkdirSync(buildDir, { recursive: true });
  dropForeignCache(root, buildDir);
  const logFile = join(buildDir, 'install.log');
  const log = createWriteStream(logFile);
  const cmakeJs = join(dirname(createRequire(join(root, 'package.json')).resolve('cmake-js/package.json')), 'bin/cmake-js');
  const variables = { AI_ARTIST_GPU: gpu, AI_ARTIST_PORTABLE: portable ? 'ON' : 'OFF', ...defines };
  const options = ['-O', buildDir, ...(debug ? ['-D'] : []), ...Object.entries(variables).map(([name, value]) => `--CD${name}=${value}`)];
  const env = { ...process.env, NINJA_STATUS: '[%f/%t] ' };

  const step = async (name, args, onLine) => {
    const started = Date.now();
    const { code, text } = await runLogged([cmakeJs, ...args], { cwd: root, env, log, onLine });
    if (code !== 0) {
      log.end();
      const cause = knownFailures.find(([pattern]) => pattern.test(text))?.[1];
      throw new CompileError(
        `${name} failed${cause ? `: ${cause}` : ''}\n${tellingLines(text)
          .map((line) => `    ${line}`)
          .join('\n')}\n  The whole log: ${logFile}`,
      );
    }
    return (Date.now() - started) / 1000;
  };

  report.say(`compiling the engine for this machine (GPU backend: ${gpu}, ${jobs} at a time). This takes a few minutes, once.`);
  if (limitedByMemory)
    report.say('memory is short, so fewer files than cores are compiled at a time (2 GB each; AI_ARTIST_JOBS overrides)');
  const configure = await step('configuring', ['configure', ...options]);
  const seconds = await step('compiling', ['build', ...options, '-p', String(jobs)], (line) => {
    const at = parseProgress(line);
    if (at && at.total > 3) report.progress(at.done, at.total, 'compiling');
  });
  await new Promise((resolve) => log.end(resolve));
  rmSync(logFile, { force: true });
  return { configure, compile: seconds, jobs };
}
