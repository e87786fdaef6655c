/** Replies for clients of other machines are compressed, and are the same as without. */
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Shell, startShell } from './support.ts';

interface Raw {
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

suite('compression', (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell({ trustedProxies: ['127.0.0.0/8'], cors: ['https://friend.example'] });
  });
  test.after(async () => {
    await shell?.server.close();
  });
  const raw = (to: string, headers: Record<string, string>): Promise<Raw> =>
    new Promise((resolve, reject) => {
      const authorization = `Bearer ${shell.tokens.admin}`;
      request(`${shell.server.url}${to}`, { headers: { authorization, ...headers } }, async (reply) => {
        const chunks: Buffer[] = [];
        for await (const chunk of reply) chunks.push(chunk as Buffer);
        resolve({ headers: reply.headers, body: Buffer.concat(chunks) });
      })
        .on('error', reject)
        .end();
    });
  const away = { 'x-forwarded-for': '203.0.113.9' };
  const large = '/api/v1/options';

  test('a list for another machine, if it takes gzip', async () => {
    const plain = await raw(large, away);
    equal([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding']);
    for (const accepted of ['gzip', 'br, gzip;q=0.8', 'gzip, deflate, br, zstd']) {
      const { headers, body } = await raw(large, { ...away, 'accept-encoding': accepted });
      equal(
        [headers['content-encoding'], headers['content-length'], headers.vary],
        ['gzip', String(body.length), 'Accept-Encoding'],
        accepted,
      );
      ok(gunzipSync(body).equals(plain.body), accepted);
      ok(body.length < plain.body.length / 4);
    }
    for (const refused of ['br', 'identity', 'gzip;q=0', 'gzip; q=0.0, br'])
      is((await raw(large, { ...away, 'accept-encoding': refused })).headers['content-encoding'], undefined, refused);
    const { headers } = await raw(large, { ...away, 'accept-encoding': 'gzip', origin: 'https://friend.example' });
    equal([headers['content-encoding'], headers.vary], ['gzip', 'Origin, Accept-Encoding']);
  });

  test('not for this machine, not a few bytes, and not the files of the page twice', async () => {
    is((await raw(large, { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined);
    is((await raw('/healthz', { ...away, 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined);
    const page = await raw('/', { ...away, 'accept-encoding': 'gzip' });
    ok((page.headers['content-encoding'] === 'gzip' ? gunzipSync(page.body) : page.body).toString().includes('<div id="page">'));
  });
});
