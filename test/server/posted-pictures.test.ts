/** Instagram fetches the picture of a post from this home's own server. */
import { is, ok } from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { Accounts } from '../../lib/publish/index.ts';
import { startServer, TokenBook } from '../../lib/server/index.ts';
import { file, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { freePort } from '../support/free-port.ts';
import { metaLogin, openMeta } from '../support/networks/meta.ts';

suite('pictures of posts, served', { timeoutMs: 120_000 }, (test) => {
  test('a network fetches them without a token while the post is sent, and nobody before or after', async () => {
    const meta = await openMeta('instagram', { processing: 1 });
    const at = place();
    const work = await file(at, 'a red fox');
    const { token } = await new TokenBook(homeOf(at.home)).create({ name: 'owner', scope: 'admin' });
    const about = { name: 'me', handle: '@painter', url: null, connectedAt: 0, stopped: null };
    await new Accounts(at.home).save({ ...about, network: 'instagram', server: meta.url, secrets: metaLogin });
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const server = await startServer({ home: at.home, port, publicUrl: `${origin}/`, basePath: '/art', paint: false });
    const call = async (method: string, route: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(`${origin}/art/api/v1${route}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return (await response.json()) as { posts: { id: string }[]; post: { state: string } };
    };
    try {
      const [post] = (await call('POST', '/publish/posts', { work: work.id })).posts;
      ok(post);
      const address = `${origin}/art/api/v1/publish/pictures/${post.id}.jpeg`;
      is((await fetch(address)).status, 404, 'a draft');
      await call('POST', `/publish/posts/${post.id}/approve`);
      const fetched: number[] = [];
      for (;;) {
        const { state } = (await call('GET', `/publish/posts/${post.id}`)).post;
        if (state === 'processing') fetched.push((await fetch(address)).status);
        if (state === 'published') break;
        ok(state !== 'failed', state);
        await new Promise((wake) => setTimeout(wake, 50));
      }
      ok(fetched.includes(200), `${fetched}`);
      const [container] = [...meta.containers.values()];
      is(container?.asked['image_url'], address);
      is((await fetch(address)).status, 404, 'it is out');
      for (const name of ['..%2F..%2Fconfig.yaml', `${post.id}.json`, 'x.png', `${'0'.repeat(26)}.png`])
        is((await fetch(`${origin}/art/api/v1/publish/pictures/${name}`)).status, 404, name);
    } finally {
      await server.close();
      await meta.close();
    }
  });
});
