/** The page as the server sends it: its title, and addresses that nothing has. */
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from './serving.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const hostile = '</title><script>alert(1)</script> $& لوحة';

suite('the page of a server', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving({ paint: false }, `server:\n  anonymousReads: false\n  title: '${hostile}'\n`);
  });
  test.after(async () => {
    await server?.close();
  });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(server.url + path, { headers });

  test('an unknown address is a page with status 404 for a browser, also without a token, and JSON for programs', async () => {
    for (const path of ['/galery', '/works-of-art/3', '/a%20b?q=1', '/assets/gone-123.js']) {
      const shown = await get(path, browser);
      is(shown.status, 404, path);
      match(shown.headers.get('content-type') ?? '', /^text\/html/);
      match(shown.headers.get('content-security-policy') ?? '', /script-src 'self'/);
      match(await shown.text(), /<div id="page">/);
      const answer = await get(path, { authorization: `Bearer ${server.token}` });
      is(answer.status, 404, path);
      is(((await answer.json()) as { error: { code: string } }).error.code, 'ERR_NOT_FOUND');
      is((await get(path)).status, 401, `${path} without a token`);
    }
    const again = await get('/galery', { ...browser, 'if-none-match': (await get('/galery', browser)).headers.get('etag') ?? '' });
    is(again.status, 404);
  });

  test('addresses of the APIs answer JSON to browsers too, and changes are not answered with a page', async () => {
    const headers = { ...browser, authorization: `Bearer ${server.token}` };
    for (const path of ['/api/v1/nothing', '/api', '/v1/nothing', '/sdapi/v1/nothing', '/sdcpp/v1/nothing', '/internal/nothing']) {
      const answer = await get(path, headers);
      is(answer.status, 404, path);
      match(answer.headers.get('content-type') ?? '', /^application\/json/, path);
    }
    const posted = await fetch(`${server.url}/galery`, { method: 'POST', headers });
    is(posted.status, 404);
    match(posted.headers.get('content-type') ?? '', /^application\/json/);
    const wrongMethod = await fetch(`${server.url}/queue`, { method: 'POST', headers });
    is(wrongMethod.status, 405);
  });

  test('is titled as the settings say, and so are the feeds', async () => {
    const page = await (await get('/', browser)).text();
    equal(page.match(/<title>.*<\/title>/g), ['<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; $&amp; لوحة</title>']);
    ok(!page.includes('<script>alert'));
    const feed = await (await get('/api/v1/feed.json', { authorization: `Bearer ${server.token}` })).json();
    is((feed as { title: string }).title, hostile);
  });

  test('the API document says what every reply means', async () => {
    const document = (await (await get('/openapi.json', { authorization: `Bearer ${server.token}` })).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { $ref?: string; description?: string }> }>>;
    };
    const replies = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ responses }) => Object.values(responses).filter(({ $ref }) => $ref === undefined)),
    );
    ok(replies.length > 200);
    equal(
      replies.filter(({ description }) => !description || /^Default|^See the schema/.test(description)),
      [],
    );
  });
});
