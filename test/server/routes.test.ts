import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { openApiDocument, scopes } from '../../lib/server/index.ts';
import { docsPage } from '../../lib/server/openapi/docs-page.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { hostileNames, newHome, type Shell, scratch, startShell, withName } from './support.ts';

/** Eight at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
    }),
  );
}

const changes = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);
/** Ask in a body, or sign a browser in and out, and change nothing of the home. */
const questions = [
  '/api/v1/session',
  '/api/v1/session/code',
  '/api/v1/works/similar',
  '/sdapi/v1/png-info',
  '/sdapi/v1/interrogate',
  '/internal/progress',
];
/** Answer without a token everywhere; those of pictures have their permission in their name, and those of links in their secret. */
const shared = '/api/v1/shared/:secret';
const openRoutes = [
  '/api/v1/publish/pictures/:name',
  '/api/v1/session',
  '/api/v1/session/code',
  shared,
  `${shared}/works/:id`,
  `${shared}/works/:id/picture`,
  '/healthz',
  '/readyz',
  '/v1/images/files/:name',
];
const apiRoutes = ({ server }: Shell) => server.routes.filter(({ page }) => !page);
/** In a file beside the gallery, in settings and in variables: no reply and no line of the log may have it. */
const canary = 'canary-5e1f0a7b';
const variables = ['HF_TOKEN', 'OPENAI_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'DATABASE_URL'];

suite('server routes', (test) => {
  let shell: Shell;
  /** Of the same home, without a proxy: it lets clients of this machine read without a token. */
  let near: Shell;
  let work = '';
  test.before(async () => {
    const home = newHome();
    mkdirSync(home, { recursive: true });
    for (const name of variables) process.env[name] = `${canary}-${name.toLowerCase()}`;
    writeFileSync(
      path.join(home, 'config.yaml'),
      `models:\n  token: ${canary}-models\nllm:\n  url: http://user:${canary}-llm@127.0.0.1:1/v1\n  apiKey: ${canary}-key\n`,
    );
    const gallery = new Gallery({ home });
    const filed = await gallery.add({ image: picture(recipe('a fox in the snow')), about: { title: '<script>alert(1)</script>' } });
    work = filed.id;
    writeFileSync(path.join(home, 'private.txt'), canary);
    mkdirSync(path.join(home, 'gallery_private'));
    writeFileSync(path.join(home, 'gallery_private', 'a.png'), canary);
    symlinkSync(path.join(home, 'private.txt'), path.join(home, 'gallery', 'link.png'));
    shell = await startShell({ home, config: await loadConfig({ home }), trustedProxies: ['127.0.0.1'], changesPerMinute: 0 });
    near = await startShell({ home, config: await loadConfig({ home }) });
  });
  test.after(async () => {
    for (const name of variables) delete process.env[name];
    await shell.server.close();
    await near.server.close();
  });

  /** Replies that hold what no client may see: the canary, a path of this machine, a stack. */
  const leaks = (text: string): string[] =>
    [canary, scratch, shell.home, 'node_modules', 'root:x:0', process.env['HOME'] ?? canary, '.ts:'].filter((secret) =>
      text.includes(secret),
    );

  test('every route names its scope', () => {
    const { routes } = shell.server;
    ok(routes.length > 10);
    equal(
      routes.filter(({ scope }) => !scopes.includes(scope)),
      [],
    );
    equal([...new Set(apiRoutes(shell).flatMap((route) => (route.open ? [route.path] : [])))].sort(), openRoutes);
  });

  test('every changing route answers 401 without a token, 403 with one of a lower scope, and nothing changes', async () => {
    let address = 0;
    for (const { method, path: to, scope } of shell.server.routes.filter((route) => changes(route.method))) {
      if (questions.includes(to)) continue;
      ok(scope !== 'read', `${method} ${to}`);
      // Each from an address of its own: one address that fails often must wait.
      const headers = { 'x-forwarded-for': `10.0.${address >> 8}.${address++ & 255}` };
      is((await shell.send(withName(to, 'x'), { method, body: {}, headers })).status, 401, `${method} ${to}`);
      is((await shell.send(withName(to, 'x'), { method, body: {}, token: shell.tokens.read })).status, 403, `${method} ${to}`);
    }
  });

  test('GET of every route without a token reveals no path, secret or stack', async () => {
    for (const { method, path: to } of shell.server.routes.filter((route) => route.method === 'GET'))
      for (const token of [undefined, shell.tokens.admin])
        for (const name of [work, 'nothing']) {
          const reply = await near.send(withName(to, name), { method, ...(token !== undefined && { token }) });
          ok(reply.status < 500, `${method} ${to}: ${reply.status} ${reply.text.slice(0, 200)}`);
          equal(leaks(`${reply.text}${JSON.stringify(reply.headers)}`), [], `${method} ${to}`);
        }
  });

  test('every route with a name or id refuses names that lead elsewhere', async () => {
    const named = apiRoutes(shell).filter((route) => /[:*]/.test(route.path) && route.method !== 'HEAD');
    ok(named.length > 3);
    const tries = named.flatMap((route) => hostileNames.map((name) => ({ ...route, to: withName(route.path, name) })));
    await eachOf(tries, async ({ method, to }) => {
      const reply = await shell.send(to, { method, token: shell.tokens.admin, ...(changes(method) && { body: {} }) });
      ok(reply.status >= 200 && reply.status < 500, `${method} ${to}: ${reply.status} ${reply.text.slice(0, 200)}`);
      equal(leaks(reply.text), [], `${method} ${to}`);
      ok(!/^text\/html/.test(String(reply.headers['content-type'])));
    });
    ok((await new Gallery({ home: shell.home }).list()).works.length === 1);
  });

  test('bad bodies are coded errors on every changing route', async () => {
    for (const { method, path: to } of shell.server.routes.filter((route) => changes(route.method)))
      for (const body of ['{"', '[]', '{"id":{"$ne":1},"__proto__":{}}', '"x"']) {
        const headers = { 'content-type': 'application/json' };
        const reply = await shell.send(withName(to, 'x'), { method, token: shell.tokens.admin, body, headers });
        ok(reply.status >= 200 && reply.status < 500, `${method} ${to} ${body}: ${reply.status} ${reply.text.slice(0, 200)}`);
        equal(leaks(reply.text), []);
      }
  });

  test('the log has no secrets, tokens or queries', async () => {
    await shell.send(`/nothing?token=${canary}&prompt=${canary}`);
    await shell.send('/api/v1/tokens', { headers: { authorization: `Bearer ${canary}` } });
    ok(shell.log.length > 50);
    equal(
      shell.log.filter((line) => line.includes(canary) || Object.values(shell.tokens).some((token) => line.includes(token))),
      [],
    );
  });

  test('the OpenAPI document has every route, its scope, its errors and how to authenticate', async () => {
    const document = (await near.send('/openapi.json')).json();
    is(document.openapi, '3.1.0');
    const refs = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)];
    equal(
      refs.filter(([, kind = '', name = '']) => !document.components[kind]?.[name]).map(([ref]) => ref),
      [],
    );
    const documented = Object.entries(document.paths as Record<string, object>).flatMap(([to, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${to}`),
    );
    const all = apiRoutes(near)
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path: to }) => `${method} ${to.replace(/:(\w+)/g, '{$1}')}`);
    equal(documented.sort(), [...new Set(all)].sort());
    for (const [to, operations] of Object.entries(document.paths as Record<string, Record<string, Record<string, never>>>))
      for (const [method, { responses, security, 'x-scope': scope, 'x-anonymous': anonymous }] of Object.entries(operations)) {
        for (const status of ['400', '401', '403', '404', '429', '500', '503', ...(method === 'get' ? [] : ['413', '415'])])
          ok(responses?.[status], `${method} ${to} ${status}`);
        is(JSON.stringify(security).startsWith('[{},'), anonymous !== 'never', `${method} ${to}`);
        ok(scope === 'read' || anonymous === 'never', `${method} ${to}`);
      }
  });

  test('the document can be had without a server', async () => {
    const document = await openApiDocument({ home: shell.home });
    equal(Object.keys(document.paths).sort(), Object.keys((await near.send('/openapi.json')).json().paths).sort());
  });

  test('the page of the document has no script, and its policy allows its style alone', async () => {
    const { status, text, headers } = await near.send('/docs');
    is(status, 200);
    match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'/);
    ok(!/<script|javascript:|\son\w+=/i.test(text));
    match(text, /POST \/api\/v1\/tokens/);
  });

  test('the page escapes everything', () => {
    const hostile = `"><script>alert(1)</script>'&`;
    const page = docsPage({
      openapi: '3.1.0',
      info: { title: hostile, version: hostile, description: hostile },
      paths: {
        [hostile]: {
          get: {
            summary: hostile,
            tags: [hostile],
            parameters: [{ name: hostile, in: hostile, description: hostile, schema: { enum: [hostile], type: hostile } }],
            responses: {
              [hostile]: { description: hostile, content: { [hostile]: { schema: { properties: { [hostile]: { const: hostile } } } } } },
            },
          },
        },
      },
    });
    ok(!page.includes('<script') && !page.includes(`'&`));
    is(page.split('&lt;script&gt;').length > 8, true);
  });
});
