/** `serve` on homes that cannot be written, or are no homes. */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { equal, is, match, ok } from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { type CliResult, cli, scratch } from './support.ts';

const source = (file: string): string => JSON.stringify(fileURLToPath(new URL(`../../${file}`, import.meta.url)));

/** Runs `serve` as a user who may only read: root becomes another one, after the program is loaded. */
function serveAsReader(home: string, ...flags: string[]): { url: Promise<string>; end(): Promise<CliResult> } {
  const line = ['serve', '--json', '--port', '0', '--home', home, ...flags];
  const program = `import { main } from ${source('bin/shell/main.ts')};
    await import(${source('bin/commands/serve/serve.ts')});
    if (process.getuid?.() === 0) process.setuid(65534);
    process.exitCode = await main(${JSON.stringify(line)});`;
  const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
    // Without coverage: the other user cannot write its files, and Node says so on stderr.
    env: { ...process.env, NO_COLOR: '1', NODE_V8_COVERAGE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CliResult>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const { url: found } = JSON.parse(stdout) as { url?: string };
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(stderr)));
  });
  url.catch(() => undefined);
  return {
    url,
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Every folder of a home, with the home. */
const foldersOf = (home: string): string[] => [
  home,
  ...readdirSync(home, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [path.join(entry.parentPath, entry.name)] : [],
  ),
];

suite('homes that serve cannot write', { timeoutMs: 180_000 }, (test) => {
  test('a file: one error, and nothing is started', async () => {
    const file = path.join(scratch, 'no-folder');
    writeFileSync(file, 'kept');
    const { code, stdout, stderr } = await cli(['serve', '--port', '0', '--home', file]);
    equal([code, stdout], [1, '']);
    match(stderr, /^error ERR_WRITE: (--)?home: expected a folder, got a file: [^\n]*no-folder\. Choose another one [^\n]*\n$/);
    const below = await cli(['serve', '--json', '--port', '0', '--home', path.join(file, 'art')]);
    is(below.code, 1);
    is((JSON.parse(below.stdout) as { error: { code: string } }).error.code, 'ERR_WRITE');
    match(below.stderr, /^error ERR_WRITE: [^\n]*a file where a folder should be[^\n]*\n$/);
    is(readFileSync(file, 'utf8'), 'kept');
  });

  // Windows has no folders that only some may write, in the sense of chmod.
  if (process.platform !== 'win32')
    test('a home that can only be read is served for looking, and says what does not work', async () => {
      const home = path.join(scratch, 'read-only');
      cpSync(fileURLToPath(new URL('../fixtures/home-0.1/home', import.meta.url)), home, { recursive: true });
      const { token } = await new TokenBook(homeOf(home)).create({ name: 'all', scope: 'admin' });
      for (const file of readdirSync(path.join(home, 'state'))) chmodSync(path.join(home, 'state', file), 0o644);
      chmodSync(scratch, 0o755);
      const before = readdirSync(home, { recursive: true });
      const folders = foldersOf(home);
      for (const folder of folders) chmodSync(folder, 0o555);
      try {
        const asked = serveAsReader(home, '--schedule');
        const { code, stderr: refusal } = await asked.url.then(asked.end, asked.end);
        is(code, 1, refusal);
        match(refusal, /^error ERR_WRITE: [^\n]*schedule: expected a home that can be written, got no permission to write in [^\n]*\n$/);

        const server = serveAsReader(home);
        const url = await server.url;
        const authorization = { authorization: `Bearer ${token}` };
        const ask = (to: string, init: RequestInit = {}) =>
          fetch(`${url}${to}`, { ...init, headers: { ...authorization, ...init.headers } });
        const listed = await fetch(`${url}/api/v1/works`);
        const { works } = (await listed.json()) as { works: { id: string }[] };
        ok(works.length > 2);
        const id = works[0]?.id;
        for (const to of [
          `/api/v1/works/${id}`,
          `/api/v1/works/${id}/image`,
          `/api/v1/works/${id}/thumbnail?width=320`,
          '/api/v1/works?query=a',
          '/api/v1/facets',
          '/api/v1/status',
          '/api/v1/jobs',
          '/v1/models',
          '/readyz',
          '/',
        ])
          is((await ask(to)).status, 200, to);
        is(((await (await ask('/api/v1/session')).json()) as { scope: string }).scope, 'read');
        const json = { 'content-type': 'application/json' };
        const refused = await ask(`/api/v1/works/${id}`, { method: 'PATCH', headers: json, body: '{"rating":5}' });
        equal([refused.status, ((await refused.json()) as { error: { code: string } }).error.code], [403, 'ERR_FORBIDDEN']);
        const paint = await ask('/v1/images/generations', { method: 'POST', headers: json, body: '{"prompt":"a fox"}' });
        equal([paint.status, typeof ((await paint.json()) as { error: { message: string } }).error.message], [403, 'string']);
        const a1111 = await ask('/sdapi/v1/txt2img', { method: 'POST', headers: json, body: '{"prompt":"a fox"}' });
        equal([a1111.status, typeof ((await a1111.json()) as { detail: string }).detail], [403, 'string']);

        const { code: ended, stderr } = await server.end();
        is(ended, 0, stderr);
        const warnings = stderr.split('\n').filter((line) => /^(warning|error)/.test(line));
        is(warnings.length, 2, stderr);
        match(
          warnings[0] ?? '',
          /^warning the home can only be read \(no permission to write in .*\): looking and searching work; painting, /,
        );
        match(warnings[1] ?? '', /^warning thumbnails cannot be kept, and are made at each request/);
        equal(readdirSync(home, { recursive: true }), before);
      } finally {
        for (const folder of folders) chmodSync(folder, 0o755);
      }
    });
});
