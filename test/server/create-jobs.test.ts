import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from '../harness.ts';
import { type Shell, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;

const small = { width: 64, height: 64, steps: 3, upscale: false };

suite('works of the artist as jobs', { timeoutMs: 120_000 }, (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell({ paint: true, schedule: true });
  });
  test.after(() => shell.server.close());
  const call = async (method: string, path: string, body?: object, token = shell.tokens.paint): Promise<Json> => {
    const reply = await shell.send(`/api/v1${path}`, { method, token, ...(body && { body }) });
    ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
    return reply.json();
  };
  const until = async <T>(what: () => Promise<T | false>): Promise<T> => {
    for (let tries = 0; tries < 1200; tries++) {
      const found = await what();
      if (found !== false) return found;
      await sleep(50);
    }
    throw new Error(`expected it within a minute: ${String(what)}`);
  };

  test('previews and progress say which candidate is painted', async () => {
    const { id } = await call('POST', '/jobs', {
      kind: 'create',
      prompt: 'flat vector art of a fox',
      options: { ...small, candidates: 3 },
    });
    const seen: Json[] = [];
    const job = await until(async () => {
      const now = await call('GET', `/jobs/${id}`);
      seen.push(now.progress);
      return now.endedAt !== null && now;
    });
    equal(job.state, 'done', JSON.stringify(job.error));
    ok(job.progress.preview > 0, 'there was a preview');
    deepEqual([job.progress.image, job.progress.images], [2, 3]);
    ok(seen.every((progress) => progress === null || progress.image < progress.images));
    const fractions = seen.flatMap((progress) => progress?.fraction ?? []);
    deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    const preview = await shell.send(`/api/v1/jobs/${id}/preview`, { token: shell.tokens.paint });
    deepEqual([preview.status, preview.headers['content-type']], [200, 'image/jpeg']);
    equal(job.pictures.length, 1);
  });

  test("people's jobs go before what is left of a run of the schedule, which then goes on", async () => {
    const { admin } = shell.tokens;
    const { job: scheduled } = await call(
      'POST',
      '/schedule',
      { name: 'own', when: 'daily 03:00', count: 3, options: { ...small, steps: 1, candidates: 2 } },
      admin,
    );
    await call('POST', `/schedule/${scheduled.id}/run`, undefined, admin);
    const own = async (): Promise<Json[]> =>
      (await call('GET', '/jobs?limit=200', undefined, admin)).jobs.filter(({ client }: Json) => client === 'schedule');
    await until(async () => (await own()).some(({ state }) => state === 'running'));
    const { id } = await call('POST', '/jobs', { prompt: 'a fox', options: { width: 64, height: 64, steps: 1 } });
    const person = await until(async () => {
      const job = await call('GET', `/jobs/${id}`);
      return job.endedAt !== null && job;
    });
    const all = await until(async () => {
      const jobs = await own();
      return jobs.length === 3 && jobs.every(({ state }) => state === 'done') && jobs;
    });
    const later = all.filter(({ startedAt }) => startedAt > person.startedAt);
    equal(later.length, 2, JSON.stringify([person.startedAt, all.map(({ startedAt, endedAt }) => [startedAt, endedAt])]));
    ok(later.every(({ startedAt }) => startedAt >= person.endedAt));
    const history = await until(async () => {
      const { runs, history: list = runs } = await call('GET', '/schedule/history', undefined, admin);
      return list.length > 0 && list;
    });
    equal(history[0].outcome, 'done');
  });
});
