/** Whatever the public functions are given: they answer, or fail with an ArtistError whose code is in the catalogue. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { answering } from '../../lib/core/index.ts';
import { verifyBundledModel } from '../../lib/doors/models.ts';
import { openApiDocument, startServer } from '../../lib/doors/server.ts';
import { checkGradients, TrainRun } from '../../lib/doors/train.ts';
import { type ArtistError, errorCodes, isArtistError } from '../../lib/index.ts';
import { suite } from '../harness.ts';

/** Every public value: those of the main door, and of each door beside it. */
const doors = new URL('../../lib/doors/', import.meta.url);
const library: Record<string, unknown> = { ...(await import('../../lib/index.ts')) };
for (const file of readdirSync(doors)) Object.assign(library, await import(new URL(file, doors).href));

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist errors-'));
const before = process.cwd();
process.chdir(scratch); // a call that takes a bad name for a path writes nowhere else
process.env['AI_ARTIST_HOME'] = path.join(scratch, 'home');
process.on('exit', () => {
  process.chdir(before);
  rmSync(scratch, { recursive: true, force: true });
});
globalThis.fetch = () => Promise.reject(new TypeError('this test has no network'));

const hostile = (): never => {
  throw new Error('hostile');
};
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

function nested(): unknown[] {
  let value: unknown[] = [];
  for (let depth = 0; depth < 50_000; depth++) value = [value];
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Values of every kind that no function documents. */
const values: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['NaN', () => Number.NaN],
  ['-1', () => -1],
  ['1e308', () => 1e308],
  ['Infinity', () => Number.POSITIVE_INFINITY],
  ['a bigint', () => 2n],
  ['a symbol', () => Symbol('s')],
  ['no text', () => ''],
  ['text with NUL', () => 'a\0b'],
  ['half a surrogate pair', () => '\ud800'],
  ['text', () => 'no such thing'],
  // Nothing can be made there, also not by root.
  ['a path upwards', () => `${'../'.repeat(12)}dev/null/no/such`],
  ['200,000 characters', () => 'x'.repeat(200_000)],
  ['a function', () => () => 1],
  ['a function that throws', () => hostile],
  ['an empty array', () => []],
  ['[null]', () => [null]],
  ['[undefined, NaN]', () => [undefined, Number.NaN]],
  ['an empty object', () => ({})],
  ['an object without prototype', () => Object.create(null)],
  ['a cycle', () => cyclic],
  ['50,000 levels', nested],
  ['an invalid date', () => new Date(Number.NaN)],
  ['a map', () => new Map([[1, 2]])],
  ['bytes', () => new Uint8Array(3)],
  ['floats', () => new Float32Array([Number.NaN])],
  ['a promise', () => Promise.resolve(1)],
  ['an object with getters that throw', () => Object.defineProperty({}, 'width', { get: hostile, enumerable: true })],
  ['a proxy that throws', () => new Proxy({}, { get: hostile, has: hostile, ownKeys: hostile, getPrototypeOf: hostile })],
  ['a revoked proxy', revoked],
  ['an object that is no text', () => ({ toString: hostile, [Symbol.toPrimitive]: hostile })],
  ['an array that lies', () => new Proxy([1], { get: (_, key) => (key === 'length' ? 2 ** 32 : hostile()) })],
];

/** Ends what a call opened. */
async function close(thing: unknown): Promise<void> {
  const { dispose, close: end } = Object(thing) as { dispose?: unknown; close?: unknown };
  for (const one of [dispose, end]) if (typeof one === 'function') await one.call(thing);
}

type Call = (...args: unknown[]) => unknown;
const withinMs = 20_000;

/** What is wrong with the answer of a call; undefined: nothing. */
async function fault(call: () => unknown): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = call();
    if (result === null || typeof result !== 'object') return undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${withinMs} ms`)), withinMs);
    });
    // An answer that is the hostile value itself is not looked at.
    if (result instanceof Promise || result instanceof TrainRun) await close(await Promise.race([result, late]));
    return undefined;
  } catch (error) {
    if (!isArtistError(error)) return `${String(error)}`;
    return error.code !== 'ERR_INTERNAL' && error.code in errorCodes ? undefined : `${error.code}: ${error.message}`;
  } finally {
    clearTimeout(timer);
  }
}

/** Each value in each of three places, behind empty objects. */
async function faultsOf(name: string, call: Call, table = values): Promise<string[]> {
  const found: string[] = [];
  for (const [what, make] of table)
    for (let place = 0; place < 3; place++) {
      const args = Array.from({ length: place + 1 }, (_, index) => (index === place ? make() : {}));
      const wrong = await fault(() => call(...args));
      // It throws what the function throws that it is given.
      if (name === 'withScope' && what === 'a function that throws') continue;
      if (wrong !== undefined) found.push(`${name}, argument ${place}: ${what}: ${wrong}`);
    }
  return found;
}

const isClass = (value: unknown): boolean => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
/** They need no argument, and take long with none. */
const long = new Set(['checkGradients', 'diagnose', 'openApiDocument', 'startServer', 'verifyBundledModel']);

suite('every error is an ArtistError', { timeoutMs: 300_000 }, (test) => {
  test('what the system refuses has a code, and the reason of a signal stays as it is', async () => {
    const failing = (error: unknown) => answering('work', async (_options: { signal?: AbortSignal }) => Promise.reject(error));
    const rejection = (error: unknown, signal?: AbortSignal) =>
      failing(error)({ ...(signal && { signal }) }).catch((reason: unknown) => reason);
    const system = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });
    for (const [error, code, message] of [
      [system('EMFILE'), 'ERR_READ', /^work: expected to open a file, got EMFILE: too many are open\. Close some, or raise the limit/],
      [system('EACCES'), 'ERR_READ', /^work: expected files that can be read, got EACCES: it failed$/],
      [new TypeError('x is not a function'), 'ERR_INVALID_ARGUMENT', /^work: .*, got an object \(x is not a function\)$/],
    ] as const) {
      const rejected = (await rejection(error)) as ArtistError;
      assert.equal([rejected.code, message.test(rejected.message), rejected.cause], [code, true, error]);
    }
    const reason = new Error('enough');
    assert.is(await rejection(reason, AbortSignal.abort(reason)), reason);
    const aborted = new DOMException('stopped', 'AbortError');
    assert.is(await rejection(aborted), aborted);
  });

  test('of every exported function', async () => {
    const found: string[] = [];
    for (const [name, value] of Object.entries(library))
      if (typeof value === 'function' && !isClass(value) && !long.has(name)) found.push(...(await faultsOf(name, value as Call)));
    assert.is(await fault(() => checkGradients('no such thing' as never)), undefined);
    assert.is(await fault(() => verifyBundledModel(revoked() as never)), undefined);
    for (const call of [openApiDocument, startServer])
      for (const bad of [null, 'no such thing', revoked(), cyclic, { port: Number.NaN }, { home: 'a\0b' }])
        assert.is(await fault(() => call(bad as never)), undefined);
    assert.is(found.slice(0, 20).join('\n'), '');
  });
});
