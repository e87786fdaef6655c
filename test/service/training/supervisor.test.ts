import { equal, match, ok, rejects } from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeOf, systemClock } from '../../../lib/core/index.ts';
import { openQueue, type TaskQueue } from '../../../lib/schedule/index.ts';
import { type OrderedRun, TrainingSupervisor, trainingRuns } from '../../../lib/service/index.ts';
import { suite } from '../../harness.ts';
import type { PictureFolder } from '../../train/support.ts';
import { tinyFolder, tinyOptions } from '../../train/tiny-run.ts';

suite('training for a server', (test) => {
  let folder: PictureFolder;
  let queue: TaskQueue;
  let supervisor: TrainingSupervisor;
  const warnings: string[] = [];
  const home = () => homeOf(folder.at('home'));
  const open = (): TrainingSupervisor =>
    new TrainingSupervisor({ home: home(), queue, clock: systemClock, warn: (line) => warnings.push(line) });
  const options = (steps: number) => {
    const { home: _, runFolder: __, ...rest } = tinyOptions(folder, 'tiny');
    return { ...rest, steps };
  };
  const current = async (): Promise<OrderedRun> => {
    const [run] = await supervisor.list();
    if (!run) throw new Error('expected a run');
    return run;
  };
  const reach = async (what: (run: OrderedRun) => boolean | Promise<boolean>): Promise<OrderedRun> => {
    for (let tries = 0; tries < 600; tries++) {
      const run = await current();
      if (await what(run)) return run;
      await sleep(100);
    }
    throw new Error(`got ${JSON.stringify(await current())}`);
  };
  const stepOf = async (): Promise<number> => (await trainingRuns(home().folder))[0]?.step ?? 0;

  test.before(async () => {
    folder = await tinyFolder(2);
    queue = await openQueue({ driver: 'file', home: folder.at('home') });
    supervisor = open();
  });
  test.after(async () => {
    const run = await current();
    if (run.pid !== null) process.kill(run.pid, 'SIGKILL');
    await supervisor.close();
    await queue.close();
    await folder.remove();
  });

  test('bad names and unknown runs are refused', async () => {
    for (const name of ['', '..', '../x', 'a/b', '.hidden', 'a\0b'])
      await rejects(supervisor.start(name, options(1), false), { code: 'ERR_INVALID_ARGUMENT' });
    for (const name of ['none', '../x']) {
      await rejects(supervisor.resume(name, false), { code: 'ERR_NOT_FOUND' });
      await rejects(supervisor.stop(name), { code: 'ERR_NOT_FOUND' });
    }
  });

  test('it waits for the picture being painted, pauses the queue, and is the only one', async () => {
    let finish = (): void => undefined;
    const worker = await queue.work(async () => {
      await new Promise<void>((done) => (finish = done));
      return null;
    });
    await queue.add({ x: 1 });
    for (let tries = 0; (await queue.list(['running'])).length === 0 && tries < 100; tries++) await sleep(50);
    await supervisor.start('run-a', options(400), false);
    await sleep(1500);
    equal((await current()).state, 'waiting');
    equal(await queue.isPaused(), true);
    await rejects(supervisor.start('run-b', options(4), false), { code: 'ERR_LOCKED' });
    finish();
    await reach(({ state }) => state === 'running');
    await worker.stop();
  });

  test('it goes on without the server that started it', async () => {
    await supervisor.close();
    supervisor = open();
    await supervisor.look();
    await reach(async () => (await stepOf()) > 2);
    equal((await current()).state, 'running');
  });

  test('a run whose process was killed can be resumed, and the queue goes on', async () => {
    const { pid } = await current();
    ok(pid);
    process.kill(pid, 'SIGKILL');
    await reach(({ state, pausedQueue }) => state === 'interrupted' && !pausedQueue);
    equal(await queue.isPaused(), false);
    const before = await stepOf();
    await supervisor.resume('run-a', true);
    await reach(async ({ state }) => state === 'running' && (await stepOf()) > before);
    equal(await queue.isPaused(), false);
  });

  test('stopped on request, with its progress', async () => {
    await supervisor.stop('run-a');
    await reach(({ state }) => state === 'stopped');
    const [run] = await trainingRuns(home().folder);
    equal(run?.running, false);
  });

  test('a run that cannot begin says why', async () => {
    await supervisor.start('run-c', { ...options(4), data: folder.at('nothing-here') }, true);
    const run = await reach(({ state }) => state === 'failed');
    equal(run.code, 'ERR_READ');
    match(run.message ?? '', /nothing-here/);
  });

  test('trained to the end: the LoRA lies in the folder of the run', async () => {
    await supervisor.start('run-d', options(2), true);
    await reach(({ state }) => state === 'done');
    ok((await stat(home().trainingRun('run-d', 'lora.safetensors'))).size > 1000);
    await supervisor.remove('run-d');
    equal(
      (await supervisor.list()).some(({ name }) => name === 'run-d'),
      false,
    );
    equal(warnings.join(), '');
  });
});
