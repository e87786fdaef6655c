/**
 * uvu, made honest. uvu alone exits 0 when a `before` hook throws, when `after.each` throws after a failed test, when `run()` is forgotten,
 * and when something that is not an Error is thrown. Here each of those is a failure, each test has a time limit, and every step is
 * written to the runner (test/run.ts), so that a native crash is put down to the test that was running.
 */
import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';
import * as uvu from 'uvu';
import { compare } from 'uvu/diff';

export type TestBody = () => unknown;

export interface TestOptions {
  /** Milliseconds before the test counts as failed; its work is not stopped. Default: the suite's. */
  timeoutMs?: number;
}

export interface Test {
  (name: string, body: TestBody, options?: TestOptions): void;
  /** Once before the suite. If it fails, every test of the suite fails with its error. */
  before: ((hook: TestBody) => void) & { each: (hook: TestBody) => void };
  /** Once after the suite, also after failures. `each` runs after every test, also after a failed one. */
  after: ((hook: TestBody) => void) & { each: (hook: TestBody) => void };
}

export interface SuiteOptions {
  /** Milliseconds per test and per hook. Default 120 000. */
  timeoutMs?: number;
}

/** What a test file tells the runner, one JSON document a line. */
export type TestEvent =
  | { kind: 'suite'; suite: string; tests: number }
  | { kind: 'start' | 'pass' | 'fail'; suite: string; test: string }
  | { kind: 'hook'; suite: string; hook: string; message: string }
  | { kind: 'hang'; resources: string[] };

export const reportVariable = 'AI_ARTIST_TEST_REPORT';
const defaultTimeoutMs = 120_000;
const lingerMs = 15_000;

const reportFile = process.env[reportVariable];
delete process.env[reportVariable]; // a program started by a test must not write into this file's report

function report(event: TestEvent): void {
  if (reportFile) appendFileSync(reportFile, `${JSON.stringify(event)}\n`);
}

/** uvu's assertions bring their comparison; for those of node:assert it is made here. */
function differences(thrown: Error & { details?: unknown; actual?: unknown; expected?: unknown }): string | undefined {
  if (typeof thrown.details === 'string' && thrown.details !== '') return thrown.details;
  if (thrown.actual === undefined && thrown.expected === undefined) return undefined;
  if (!('expected' in thrown)) return `actual: ${inspect(thrown.actual)}`;
  try {
    return compare(thrown.actual, thrown.expected);
  } catch {
    return `actual: ${inspect(thrown.actual)}\nexpected: ${inspect(thrown.expected)}`;
  }
}

/** Anything thrown, as an Error that uvu's formatter survives: it reads `name`, `stack` and, for assertions, diffs the two values. */
function asFailure(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(`a value that is not an Error was thrown: ${inspect(thrown)}`);
  const details = differences(thrown);
  const cause = thrown.cause === undefined ? '' : `\n    caused by ${inspect(thrown.cause)}`;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? ` [${thrown.code}]` : '';
  const failure = new Error(`${thrown.message}${code}${cause}`);
  failure.stack = typeof thrown.stack === 'string' ? thrown.stack : `${thrown.message}\n`;
  return details === undefined ? failure : Object.assign(failure, { details });
}

async function withTimeout(what: string, timeoutMs: number, body: TestBody): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not finished after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(body), late]);
  } finally {
    clearTimeout(timer);
  }
}

const hookFailures: string[] = [];
let suitesLeft = 0;

function hookFailed(suiteName: string, hook: string, error: Error): void {
  const message = `${suiteName}: ${hook} hook failed: ${error.stack ?? error.message}`;
  hookFailures.push(message);
  report({ kind: 'hook', suite: suiteName, hook, message: error.message });
}

/** A file whose tests are over but which stays alive keeps something open; say what, and fail. */
function watchForHang(): void {
  setTimeout(() => {
    const resources = process.getActiveResourcesInfo();
    report({ kind: 'hang', resources });
    console.error(`HANG: alive ${lingerMs} ms after the last test; open: ${resources.join(', ') || 'unknown'}`);
    process.exit(1);
  }, lingerMs).unref();
}

process.on('exit', () => {
  if (hookFailures.length === 0) return;
  console.error(`\n${hookFailures.map((failure) => `HOOK FAIL ${failure}`).join('\n')}`);
  process.exitCode = 1;
});

interface Definition {
  tests: { name: string; body: TestBody; timeoutMs: number }[];
  before: TestBody[];
  after: TestBody[];
  beforeEach: TestBody[];
  afterEach: TestBody[];
}

function collect(name: string, timeoutMs: number, define: (test: Test) => void): Definition {
  const definition: Definition = { tests: [], before: [], after: [], beforeEach: [], afterEach: [] };
  let open = true;
  const adder = (list: TestBody[]) => (hook: TestBody) => {
    if (!open) throw new Error(`${name}: a hook was added after the suite was defined`);
    list.push(hook);
  };
  const add = (testName: string, body: TestBody, options: TestOptions = {}): void => {
    if (!open) throw new Error(`${name}: test "${testName}" was defined too late; define tests synchronously`);
    if (definition.tests.some((other) => other.name === testName)) throw new Error(`${name}: two tests are called "${testName}"`);
    definition.tests.push({ name: testName, body, timeoutMs: options.timeoutMs ?? timeoutMs });
  };
  const test: Test = Object.assign(add, {
    before: Object.assign(adder(definition.before), { each: adder(definition.beforeEach) }),
    after: Object.assign(adder(definition.after), { each: adder(definition.afterEach) }),
  });
  const returned: unknown = define(test);
  open = false;
  if (returned instanceof Promise) throw new Error(`${name}: define must be synchronous; tests added after an await would never run`);
  if (definition.tests.length === 0) throw new Error(`${name}: the suite has no tests`);
  return definition;
}

async function runTest(definition: Definition, test: Definition['tests'][number], timeoutMs: number): Promise<void> {
  const errors: Error[] = [];
  try {
    for (const hook of definition.beforeEach) await withTimeout('before.each', timeoutMs, hook);
    await withTimeout(test.name, test.timeoutMs, test.body);
  } catch (error) {
    errors.push(asFailure(error));
  }
  for (const hook of definition.afterEach) {
    try {
      await withTimeout('after.each', timeoutMs, hook);
    } catch (error) {
      errors.push(Object.assign(asFailure(error), { message: `after.each: ${asFailure(error).message}` }));
    }
  }
  const [first, ...more] = errors;
  if (!first) return;
  if (more.length > 0) first.message += more.map((error) => `\n    and ${error.message}`).join('');
  throw first;
}

/** Defines and queues a suite; it runs by itself once the file is loaded. */
export function suite(name: string, define: (test: Test) => void): void;
export function suite(name: string, options: SuiteOptions, define: (test: Test) => void): void;
export function suite(name: string, second: SuiteOptions | ((test: Test) => void), third?: (test: Test) => void): void {
  const define = typeof second === 'function' ? second : third;
  const timeoutMs = (typeof second === 'function' ? undefined : second.timeoutMs) ?? defaultTimeoutMs;
  if (!define) throw new Error(`${name}: suite needs a function that defines the tests`);
  const definition = collect(name, timeoutMs, define);
  report({ kind: 'suite', suite: name, tests: definition.tests.length });
  suitesLeft++;

  const inner = uvu.suite(name);
  let broken: Error | undefined;
  inner.before(async () => {
    try {
      for (const hook of definition.before) await withTimeout('before', timeoutMs, hook);
    } catch (error) {
      broken = asFailure(error);
      hookFailed(name, 'before', broken);
    }
  });
  for (const test of definition.tests) {
    inner(test.name, async () => {
      report({ kind: 'start', suite: name, test: test.name });
      try {
        if (broken) throw new Error(`the suite's before hook failed: ${broken.message}`);
        await runTest(definition, test, timeoutMs);
      } catch (error) {
        report({ kind: 'fail', suite: name, test: test.name });
        throw error;
      }
      report({ kind: 'pass', suite: name, test: test.name });
    });
  }
  inner.after(async () => {
    for (const hook of definition.after) {
      try {
        await withTimeout('after', timeoutMs, hook);
      } catch (error) {
        hookFailed(name, 'after', asFailure(error));
      }
    }
    if (--suitesLeft === 0) watchForHang();
  });
  inner.run();
}
