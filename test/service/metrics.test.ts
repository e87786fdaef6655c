import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError, acquireLock, isArtistError } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { ScheduleDaemon, ScheduleStore } from '../../lib/schedule/index.ts';
import { FiguresReader, loadPromClient, metricsPage, processMetrics, serveMetrics, WorksBook } from '../../lib/service/index.ts';
import { suite } from '../harness.ts';
import { until } from '../schedule/support.ts';
import { type Metric, parseExposition, sampleOf } from './exposition.ts';
import { begin, type Home, ledger, newHome, paint } from './homes.ts';

const day = 86_400_000;

async function scrape({ home, clock, gallery }: Home): Promise<Map<string, Metric>> {
  const { text } = await metricsPage(await new FiguresReader({ home, gallery, clock }).read(), '1.2.3');
  return parseExposition(text);
}

/** A schedule with a run that is done, one that fails and two that are missed. */
async function runSchedule({ home, clock }: Home): Promise<ScheduleStore> {
  const store = new ScheduleStore(home, { clock });
  await store.add({ when: 'daily 13:00', timeZone: 'UTC', misfire: 'skip', attempts: 1 });
  const fails = { yes: false };
  const start = () =>
    ScheduleDaemon.start({
      store,
      tickMs: 10,
      run: async () => {
        if (fails.yes) throw new ArtistError('ERR_GENERATE', 'blank');
        return { path: 'x.png' };
      },
    });
  const daemon = await start();
  for (const failing of [false, true]) {
    fails.yes = failing;
    await clock.advance(failing ? day : 3_601_000);
    await until('the run', async () => (await store.history()).length === (failing ? 2 : 1));
  }
  await daemon.stop();
  clock.jump(2 * day + 5 * 3_600_000);
  const again = await start();
  await until('the missed ones', async () => (await store.history()).length === 3);
  await again.stop();
  return store;
}

suite('metrics', { timeoutMs: 30_000 }, (test) => {
  test('an empty home: a valid page with no invented values', async () => {
    const metrics = await scrape(newHome());
    assert.equal(
      ['schedule_up', 'works_total', 'schedule_jobs'].map((name) => sampleOf(metrics, `ai_artist_${name}`)),
      [0, 0, 0],
    );
    assert.is(sampleOf(metrics, 'ai_artist_build_info', { version: '1.2.3' }), 1);
    for (const absent of ['schedule_success_ratio', 'uptime_ratio', 'style_consistency', 'queue_tasks', 'training_last_step'])
      assert.is(metrics.has(`ai_artist_${absent}`), false, absent);
    assert.ok([...(metrics.get('ai_artist_figures_ok')?.samples ?? [])].every(({ value }) => value === 1));
  });

  test('works, candidates, gates and seconds come from the ledgers, and go on from there after a restart', async () => {
    const here = newHome();
    await paint(here, ledger(3));
    await paint(here, ledger(4, { rejected: 2 }));
    const first = await scrape(here);
    const at = (metrics: Map<string, Metric>, name: string, labels = {}): number | undefined =>
      sampleOf(metrics, `ai_artist_${name}`, labels);
    assert.equal(
      [
        at(first, 'works_total'),
        at(first, 'candidates_total'),
        at(first, 'curation_rejected_total', { fault: 'blank' }),
        at(first, 'curation_rounds_total', { by: 'unscored' }),
        at(first, 'candidate_seconds_count'),
        at(first, 'candidate_seconds_sum'),
        at(first, 'candidate_seconds_bucket', { le: '2' }),
        at(first, 'candidate_seconds_bucket', { le: '5' }),
        at(first, 'work_painting_seconds_bucket', { le: '10' }),
        at(first, 'work_painting_seconds_bucket', { le: '+Inf' }),
      ],
      [2, 4, 2, 2, 4, 15, 0, 4, 1, 2],
    );
    // A counted work stays counted even if it is deleted.
    const [latest] = (await here.gallery.list()).works;
    await here.gallery.trash(latest?.id ?? '');
    here.clock.jump(3 * day);
    await paint(here, ledger(50));
    const restarted = { ...here, gallery: new Gallery({ home: here.home, clock: here.clock }) };
    const second = await scrape(restarted);
    assert.equal(
      [at(second, 'works_total'), at(second, 'candidate_seconds_sum'), at(second, 'gallery_works', { state: 'trashed' })],
      [3, 65, 1],
    );
    assert.is(at(await scrape(restarted), 'works_total'), 3);
  });

  test('two processes that count at the same time count each work once; a clock set back within the hour loses none', async () => {
    const here = newHome();
    for (let i = 0; i < 40; i++) await paint(here, ledger(1));
    const books = Array.from(
      { length: 4 },
      () => new WorksBook(here.home, new Gallery({ home: here.home, clock: here.clock }), { clock: here.clock }),
    );
    const tallies = await Promise.all(books.map((book) => book.count()));
    assert.is(Math.max(...tallies.map(({ works }) => works)), 40);
    here.clock.jump(-1_800_000);
    await paint({ gallery: new Gallery({ home: here.home, clock: here.clock }) }, ledger(1));
    assert.is((await books[0]?.count())?.works, 41);
    assert.is((await books[1]?.count())?.works, 41);
  });

  test('runs: a missed one is a failure; the totals outlive their job', async () => {
    const here = newHome();
    const store = await runSchedule(here);
    const check = async (): Promise<void> => {
      const metrics = await scrape(here);
      const runs = (outcome: string): number | undefined => sampleOf(metrics, 'ai_artist_schedule_runs_total', { outcome });
      assert.equal(['done', 'failed', 'missed', 'partial', 'cancelled'].map(runs), [1, 1, 2, 0, 0]);
      assert.is(sampleOf(metrics, 'ai_artist_schedule_success_ratio', { days: '30' }), 0.25);
      assert.is(sampleOf(metrics, 'ai_artist_schedule_works_due_total'), 4);
      assert.is(sampleOf(metrics, 'ai_artist_schedule_works_done_total'), 1);
      // The clock jumped: hours without a heartbeat do not count as uptime.
      assert.is(sampleOf(metrics, 'ai_artist_uptime_ratio', { days: '30' }), 0);
    };
    await check();
    await store.remove('j1');
    await check();
  });

  test('style with its interval, from the embeddings in the ledgers', async () => {
    const here = newHome();
    for (let i = 0; i < 6; i++) await paint(here, ledger(1, { direction: i * 0.1 }));
    const metrics = await scrape(here);
    const [value = 0, lower = 0, upper = 0] = ['value', 'lower', 'upper'].map((bound) =>
      sampleOf(metrics, 'ai_artist_style_consistency', { bound }),
    );
    assert.ok(value > 0.9 && value < 1 && lower <= value && value <= upper, `${lower} ${value} ${upper}`);
    assert.is(sampleOf(metrics, 'ai_artist_style_consistency_works'), 6);
  });

  test('trainings and the disk', async () => {
    const here = newHome();
    const run = path.join(here.home, 'training', 'foxes-20261120-120000');
    mkdirSync(run, { recursive: true });
    const lines = [1, 2].map((step) => ({ time: `2026-11-20T12:00:0${step}.000Z`, type: 'step', step, loss: 1, smoothedLoss: 1 / step }));
    writeFileSync(path.join(run, 'log.jsonl'), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"half`);
    const metrics = await scrape(here);
    assert.equal(
      ['runs', 'running', 'last_step', 'last_loss', 'last_timestamp_seconds'].map((name) =>
        sampleOf(metrics, `ai_artist_training_${name}`),
      ),
      [1, 0, 2, 0.5, begin / 1000 + 2],
    );
    const lock = await acquireLock(path.join(run, 'lock'), { purpose: 'training in this folder' });
    assert.is(sampleOf(await scrape(here), 'ai_artist_training_running'), 1);
    await lock.release();
    assert.ok((sampleOf(metrics, 'ai_artist_disk_bytes', { folder: 'training' }) ?? 0) > 100);
    assert.ok((sampleOf(metrics, 'ai_artist_disk_free_bytes') ?? 0) > 0);
  });

  test('a part that cannot be read is missing and marked; the others are there', async () => {
    const here = newHome();
    await paint(here, ledger(1));
    writeFileSync(path.join(here.home, 'state'), 'a file where a folder should be');
    const reader = new FiguresReader({ ...here, queue: 'redis://127.0.0.1:1' });
    const figures = await reader.read();
    const metrics = parseExposition((await metricsPage(figures, '1')).text);
    assert.is(sampleOf(metrics, 'ai_artist_figures_ok', { part: 'queue' }), 0);
    assert.is(sampleOf(metrics, 'ai_artist_figures_ok', { part: 'disk' }), 1);
    assert.is(metrics.has('ai_artist_queue_tasks'), false);
    assert.ok(figures.problems.some(({ part, code }) => part === 'queue' && code === 'ERR_NETWORK'));
    assert.ok(figures.problems.some(({ part }) => part === 'schedule' || part === 'works'));
  });

  test('a missing number is written as the format requires', async () => {
    const { Gauge, Registry } = await loadPromClient();
    const registry = new Registry();
    new Gauge({ name: 'lag_seconds', help: 'Mean of nothing', registers: [registry] }).set(Number.NaN);
    const { text } = await metricsPage(await new FiguresReader(newHome()).read(), '1', [registry]);
    assert.ok(Number.isNaN(sampleOf(parseExposition(text), 'lag_seconds')));
  });

  test('served over HTTP: /metrics with the process, /healthz, nothing else; two at a time share a page', async () => {
    const here = newHome();
    const own = await processMetrics();
    let made = 0;
    let wrong: string | undefined;
    let broken = false;
    const server = await serveMetrics({
      port: 0,
      page: async () => {
        made++;
        if (broken) throw new Error('at redis://u:sesame99@h');
        return metricsPage(await new FiguresReader(here).read(), '1', [own]);
      },
      health: async () => wrong,
    });
    try {
      assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      const both = await Promise.all([fetch(`${server.url}/metrics`), fetch(`${server.url}/metrics?x=1`)]);
      assert.equal([both.map(({ status }) => status), made], [[200, 200], 1]);
      assert.match(both[0]?.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
      const metrics = parseExposition((await both[0]?.text()) ?? '');
      assert.ok((sampleOf(metrics, 'process_resident_memory_bytes') ?? 0) > 1e6);
      const status = async (url: string, method = 'GET'): Promise<number> => (await fetch(server.url + url, { method })).status;
      assert.equal(
        [await status('/healthz'), await status('/'), await status('/metrics', 'POST'), await status('/metrics', 'HEAD')],
        [200, 404, 405, 200],
      );
      wrong = 'the last heartbeat is 90 s old';
      const sick = await fetch(`${server.url}/healthz`);
      assert.equal([sick.status, await sick.text()], [503, 'the last heartbeat is 90 s old\n']);
      broken = true;
      const failed = await fetch(`${server.url}/metrics`);
      assert.equal([failed.status, await failed.text()], [500, 'at redis://u:(secret)@h\n']);
    } finally {
      await server.close();
    }
  });

  test('a port that is taken, or none', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const code = async (port: number): Promise<string> => {
      try {
        await (await serveMetrics({ port, page: async () => ({ contentType: '', text: '' }), health: async () => undefined })).close();
      } catch (error) {
        return isArtistError(error) ? `${error.code} ${error.message}` : String(error);
      }
      return 'served';
    };
    assert.match(await code(taken), /^ERR_NETWORK .*one that another program has/);
    assert.match(await code(70_000), /^ERR_INVALID_ARGUMENT/);
    assert.match(await code(1.5), /^ERR_INVALID_ARGUMENT/);
    await new Promise((resolve) => other.close(resolve));
  });

  test('a read-only home still shows the last counts', async () => {
    const here = newHome();
    await paint(here, ledger(1));
    await scrape(here);
    if (process.getuid?.() === 0)
      return assert.ok(true, 'root may write everywhere; test/gallery covers read-only homes with another user');
    const state = path.join(here.home, 'state');
    chmodSync(state, 0o555);
    try {
      await paint(here, ledger(1));
      assert.is(sampleOf(await scrape(here), 'ai_artist_works_total'), 1);
    } finally {
      chmodSync(state, 0o755);
    }
  });
});
