/**
 * Test runner: `tsx test/run.ts [--jobs N] [--file-timeout SECONDS] [pattern…]`. Each test/**\/*.test.ts runs in its own process, so that a
 * native crash is seen and put down to its file and test. A pattern is a part of the path, or the path of a file.
 * The last line on stdout is `N passed, N failed`; the exit status is 1 unless at least one test passed and none failed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { reportVariable, type TestEvent } from './harness.ts';
import { compileFolders } from './support/compile-typescript.mjs';
import { typescript } from './support/run-source.ts';

interface FileResult {
  file: string;
  passed: number;
  failed: number;
  seconds: number;
  /** Why the file failed, beyond its failed tests. */
  problems: string[];
  output: string;
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const reports = mkdtempSync(path.join(tmpdir(), 'ai-artist-test-'));
const running = new Set<number>();

/** Test files wait for servers, browsers and locks a good quarter of their time: one more than there are cores keeps those busy. */
const defaultJobs = Math.min(availableParallelism() + 1, 6);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: String(defaultJobs) }, 'file-timeout': { type: 'string', default: '600' } },
});
const jobs = positive('--jobs', values.jobs);
const fileTimeoutMs = positive('--file-timeout', values['file-timeout']) * 1000;
/** Take minutes (one compiles C++, one types all that README shows, twice), and so begin before the others that run together. */
const long = new Set(['native/native', 'readme'].map((name) => path.join('test', `${name}.test.ts`)));
const longTimeoutMs = Math.max(fileTimeoutMs, 1_800_000);
const limitOf = (file: string): number => (long.has(file) ? longTimeoutMs : fileTimeoutMs);

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name}: expected a whole number of at least 1, got ${text}`);
  return value;
}

async function findFiles(patterns: readonly string[]): Promise<string[]> {
  const entries = await readdir(path.join(root, 'test'), { recursive: true });
  const tests = entries
    .filter((entry) => entry.endsWith('.test.ts') && !entry.split(path.sep).includes('fixtures'))
    .map((entry) => path.join('test', entry))
    .sort();
  if (patterns.length === 0) return tests;
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const isFile = existsSync(path.resolve(root, pattern)) && statSync(path.resolve(root, pattern)).isFile();
    const matches = isFile ? [path.relative(root, path.resolve(root, pattern))] : tests.filter((test) => test.includes(pattern));
    if (matches.length === 0) throw new Error(`no test file matches ${pattern}`);
    for (const match of matches) chosen.add(match);
  }
  return [...chosen];
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  output: string;
}

function execute(file: string, reportFile: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', typescript, file], {
      cwd: root,
      // What a test reads is English, whatever the language of the machine.
      env: { ...process.env, AI_ARTIST_LANG: 'en', [reportVariable]: reportFile },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // own group: a file that hangs is ended together with what it started
    });
    if (child.pid !== undefined) running.add(child.pid);
    let output = '';
    let timedOut = false;
    const take = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child.pid);
    }, limitOf(file));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (child.pid !== undefined) running.delete(child.pid);
      resolve({ code, signal, timedOut, output: stripVTControlCharacters(output) });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // ESRCH: it has ended by itself
  }
}

function readEvents(reportFile: string): TestEvent[] {
  if (!existsSync(reportFile)) return [];
  return readFileSync(reportFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestEvent);
}

/** uvu's own totals, printed last; undefined where the file ended before. */
function printedTotals(output: string): { total: number; passed: number; skipped: number } | undefined {
  const last = [...output.matchAll(/Total:\s+(\d+)\n\s*Passed:\s+(\d+)\n\s*Skipped:\s+(\d+)/g)].at(-1);
  return last && { total: Number(last[1]), passed: Number(last[2]), skipped: Number(last[3]) };
}

function judge(file: string, seconds: number, ended: Ended, events: TestEvent[]): FileResult {
  const count = (kind: TestEvent['kind']) => events.filter((event) => event.kind === kind).length;
  const declared = events.reduce((sum, event) => sum + (event.kind === 'suite' ? event.tests : 0), 0);
  const passed = count('pass');
  const failedTests = count('fail');
  const problems: string[] = [];
  for (const event of events) if (event.kind === 'hook') problems.push(`${event.suite}: ${event.hook} hook failed: ${event.message}`);

  const lastStart = events.findLast((event) => event.kind === 'start' || event.kind === 'pass' || event.kind === 'fail');
  const during = lastStart?.kind === 'start' ? ` while "${lastStart.suite}: ${lastStart.test}" was running` : '';
  if (ended.timedOut) problems.push(`not finished after ${limitOf(file) / 1000} s, killed${during}`);
  else if (ended.signal) problems.push(`died of ${ended.signal}${during}`);
  else if (events.some((event) => event.kind === 'hang')) problems.push('did not exit after its last test: something is left open');
  else if (ended.code !== 0 && failedTests === 0 && problems.length === 0) problems.push(`exit status ${ended.code}${during}`);

  const totals = printedTotals(ended.output);
  if (declared === 0) problems.push('contributed no test: does it call suite() of test/harness.ts?');
  else if (passed + failedTests !== declared) problems.push(`${declared - passed - failedTests} of ${declared} tests did not run`);
  if (totals === undefined) {
    if (problems.length === 0) problems.push('printed no totals');
  } else {
    if (totals.total !== declared || totals.passed !== passed) {
      problems.push(`uvu counts ${totals.passed} of ${totals.total} passed, the harness ${passed} of ${declared}`);
    }
    if (totals.skipped !== 0) problems.push(`${totals.skipped} tests skipped`);
  }
  if (failedTests > 0 && ended.code === 0) problems.push('exit status 0 in spite of failed tests');
  return { file, passed, failed: failedTests + problems.length, seconds, problems, output: ended.output };
}

async function runFile(file: string, index: number): Promise<FileResult> {
  const reportFile = path.join(reports, `${index}.jsonl`);
  const started = performance.now();
  const ended = await execute(file, reportFile);
  return judge(file, (performance.now() - started) / 1000, ended, readEvents(reportFile));
}

function show(result: FileResult): void {
  const mark = result.failed === 0 ? 'ok  ' : 'FAIL';
  console.log(`${mark} ${result.file}  ${result.passed} passed, ${result.failed} failed, ${result.seconds.toFixed(1)} s`);
  // What a file wants to be seen also where all is well: which of several machines or variants it ran on.
  for (const [, note] of result.output.matchAll(/^note: (.+)$/gm)) console.log(`     ${note}`);
  if (result.failed === 0) return;
  for (const problem of result.problems) console.log(`     ! ${problem}`);
  const lines = result.output.trimEnd().split('\n');
  const shown = lines.slice(-150);
  if (shown.length < lines.length) console.log(`     | … ${lines.length - shown.length} lines before`);
  for (const line of shown) console.log(`     | ${line}`);
}

/** Tests of the command line and of the page run what is built. */
function buildIfOlder(): void {
  const built = path.join(root, 'dist/esm/index.js');
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  const isNewer = (folder: string): boolean =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).some(
      (name) => statSync(path.join(root, folder, name)).mtimeMs > builtAt,
    );
  if (['lib', 'bin', 'web'].some(isNewer)) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
}

/** Run first, with nothing beside them: they hold a time against a bound. */
const timed = new Set(
  ['types/consumers', 'image/technical', 'gallery/serving', 'web/studio-form'].map((name) => path.join('test', `${name}.test.ts`)),
);

async function main(): Promise<number> {
  const files = await findFiles(positionals);
  const results: FileResult[] = [];
  let started = 0;
  const runFiles = async (waiting: string[], atOnce: number) => {
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const result = await runFile(file, started++);
        results.push(result);
        show(result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker));
  };
  const inTurn = files.filter((file) => timed.has(file));
  const together = files.filter((file) => !timed.has(file)).sort((a, b) => Number(long.has(b)) - Number(long.has(a)));
  buildIfOlder();
  await compileFolders(['lib', 'bin', 'bench', 'test']);
  await runFiles(inTurn, 1);
  await runFiles(together, jobs);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  const broken = results.filter((result) => result.failed > 0);
  if (broken.length > 0) console.log(`\nfailed: ${broken.map((result) => result.file).join(', ')}`);
  if (passed + failed === 0) console.log('\nno test was run');
  console.log(`\n${passed} passed, ${failed} failed`);
  return passed > 0 && failed === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
process.exitCode = await main();
