/**
 * Two servers on one home, one of which is killed between two steps of a change. The other one, and its successor, find nothing lost and nothing
 * half-done that is not told or finished.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { homeOf } from '../../../lib/core/index.ts';
import { Gallery, verifyGallery } from '../../../lib/gallery/index.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { file, type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { endServers, type ServerProcess, startServerProcess } from '../programs/start.ts';

type Json = ReturnType<typeof JSON.parse>;

interface Reply {
  status: number;
  body: Json;
}

const works = 12;

suite('a server that is killed between two steps of a change', { timeoutMs: 120_000 }, (test) => {
  let here: Place;
  let token: string;
  let ids: string[];
  /** The one that lives. */
  let other: ServerProcess;
  let next: Promise<ServerProcess>;

  test.before(async () => {
    here = place();
    for (let at = 0; at < works; at++) await file(here, `work ${at}`, { rating: 1 });
    ids = await here.gallery.select('', { sort: 'oldest' });
    token = (await new TokenBook(homeOf(here.home)).create({ name: 'admin', scope: 'admin' })).token;
    next = startServerProcess(here.home);
    other = await startServerProcess(here.home);
  });
  test.after(endServers);

  /** undefined: the server was killed before it answered. */
  const send = async (to: ServerProcess, method: string, path: string, body?: object, headers = {}): Promise<Reply | undefined> => {
    try {
      const response = await fetch(`${to.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const asked = async (method: string, path: string, body?: object, headers = {}): Promise<Json> => {
    const reply = await send(other, method, path, body, headers);
    assert.ok(reply && reply.status < 300, `${method} ${path}: ${JSON.stringify(reply)}`);
    return reply?.body;
  };

  /** Sends a change to a server that kills itself before a step. Returns the answer, if it came before that. */
  async function killedDuring(step: number, change: (server: ServerProcess) => Promise<Reply | undefined>): Promise<Reply | undefined> {
    const server = await next;
    next = startServerProcess(here.home); // its successor, which finds what it left
    next.catch(() => undefined);
    await server.killBeforeStep(step);
    const reply = await change(server);
    await Promise.race([server.ended, sleep(3000)]);
    assert.is(server.child.signalCode, 'SIGKILL', `the change has fewer than ${step} steps`);
    return reply;
  }

  /** What is on the disk is whole, and both servers show it. */
  async function checkHome(): Promise<void> {
    const all = await here.again().select('');
    assert.is(all.length + (await here.again().select('', { trashed: true })).length, works);
    const { findings } = await verifyGallery(new Gallery({ home: here.home }));
    assert.equal(findings, []);
    const successor = await next;
    for (const server of [other, successor]) {
      const reply = await send(server, 'GET', '/works?limit=100&sort=oldest');
      assert.equal(reply?.body.works.map(({ id }: { id: string }) => id).sort(), all.toSorted());
    }
  }

  for (const step of [4, 8, 10])
    test(`a rating, before step ${step}: the old one or the new one, and the next change goes through`, async () => {
      const [id = ''] = ids;
      const { rating: before = 0 } = await here.gallery.get(id);
      const wanted = (before % 5) + 1;
      const reply = await killedDuring(step, (server) => send(server, 'PATCH', `/works/${id}`, { rating: wanted }));
      const { rating } = await here.again().get(id);
      assert.ok(rating === wanted || (rating === before && reply === undefined), `${before} -> ${wanted}: ${rating}, ${reply?.status}`);
      const began = performance.now();
      assert.equal((await asked('PATCH', `/works/${id}`, { note: `after ${step}` })).rating, rating);
      assert.ok(performance.now() - began < 8000, 'the lock of the killed server was in the way');
      await checkHome();
    });

  for (const step of [9])
    test(`the trash, before step ${step}: the work is in it or not`, async () => {
      const [, id = ''] = ids;
      const reply = await killedDuring(step, (server) => send(server, 'POST', `/works/${id}/trash`));
      const { trashedAt } = await here.again().get(id);
      assert.ok(trashedAt !== undefined || reply === undefined);
      await checkHome();
      await asked('POST', `/works/${id}/restore`);
      assert.is((await asked('GET', '/works?limit=1')).total, works);
    });

  for (const step of [4, 25, 60, 110])
    test(`an action on all works, before step ${step}: it is told as interrupted, and undone as a whole`, async () => {
      const tag = `tag ${step}`;
      const action = { action: 'change', change: { addTags: [tag] } };
      const seen = new Set((await asked('GET', '/operations')).operations.map(({ id }: { id: string }) => id));
      const reply = await killedDuring(step, (server) => send(server, 'POST', '/works/actions', { action, query: '', waitSeconds: 20 }));
      assert.is(reply, undefined);
      const tagged = await here.again().select(`tag:"${tag}"`);
      assert.ok(tagged.length < works);
      const operation = (await asked('GET', '/operations')).operations.find(({ id }: { id: string }) => !seen.has(id));
      if (!operation) assert.equal(tagged, [], 'works were changed by an operation that nothing tells of');
      else {
        assert.equal([operation.state, operation.undoable, operation.total], ['interrupted', true, works]);
        const successor = await next;
        // Without a record nothing was changed, and there is nothing to undo.
        const undone = await send(successor, 'POST', `/operations/${operation.id}/undo`);
        let undo = undone?.body;
        // The answer waits a second at most.
        while (undo?.state === 'running') undo = (await send(successor, 'GET', `/operations/${undo.id}`))?.body;
        if (tagged.length > 0) assert.equal([undone?.status, undo?.state, undo?.changed], [202, 'done', tagged.length]);
      }
      assert.equal(await here.again().select(`tag:"${tag}"`), []);
      await checkHome();
    });

  for (const step of [9, 14, 17])
    test(`a job, before step ${step}: the client that sends it again gets one job`, async () => {
      const body = { prompt: `job ${step}`, options: { width: 64, height: 64, steps: 1 } };
      const key = { 'idempotency-key': `key ${step}` };
      const reply = await killedDuring(step, (server) => send(server, 'POST', '/jobs', body, key));
      const again = await asked('POST', '/jobs', body, key);
      if (reply) assert.is(again.id, reply.body.id);
      assert.is((await asked('GET', `/jobs/${again.id}`)).state, 'waiting');
      const { jobs } = await asked('GET', '/jobs?limit=100');
      const mine = jobs.filter(({ request }: Json) => request.options.prompt === `job ${step}`);
      assert.equal(
        mine.map(({ id }: Json) => id),
        [again.id],
      );
      assert.is((await send(await next, 'GET', `/jobs/${again.id}`))?.status, 200);
    });
});
