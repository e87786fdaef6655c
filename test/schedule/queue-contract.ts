/** The contract of every queue driver. Each test gets its own queue; `again()` opens the same one a second time. */
import * as assert from 'uvu/assert';
import { ArtistError, isArtistError } from '../../lib/core/index.ts';
import type { QueueWorker, RunningTask, TaskHandler, TaskQueue, WorkerEvent, WorkerOptions } from '../../lib/schedule/index.ts';
import type { Test } from '../harness.ts';
import { until } from './support.ts';

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return isArtistError(error) ? error.code : String(error);
  }
  return 'nothing was thrown';
}

/** Keeps the task running until `finish()` is called or its signal aborts. */
function held(): { handler: TaskHandler; tasks: RunningTask[]; finish: () => void } {
  const tasks: RunningTask[] = [];
  const finishers: (() => void)[] = [];
  return {
    tasks,
    finish: () => {
      for (const end of finishers.splice(0)) end();
    },
    handler: (task) => {
      tasks.push(task);
      return new Promise((resolve, reject) => {
        finishers.push(() => resolve('finished'));
        task.signal.addEventListener('abort', () => reject(task.signal.reason), { once: true });
      });
    },
  };
}

export function testDriver(test: Test, open: () => Promise<{ queue: TaskQueue; again: () => Promise<TaskQueue> }>): void {
  const opened = new Set<TaskQueue>();
  const workers = new Set<QueueWorker>();
  const fresh = async (): Promise<{ queue: TaskQueue; again: () => Promise<TaskQueue> }> => {
    const { queue, again } = await open();
    opened.add(queue);
    return {
      queue,
      again: async () => {
        const other = await again();
        opened.add(other);
        return other;
      },
    };
  };
  const work = async (queue: TaskQueue, handler: TaskHandler, options?: WorkerOptions): Promise<QueueWorker> => {
    const worker = await queue.work(handler, options);
    workers.add(worker);
    return worker;
  };
  test.after.each(async () => {
    for (const worker of workers) await worker.stop(0);
    for (const queue of opened) await queue.close();
    workers.clear();
    opened.clear();
  });

  test('a task is added, done and remembered with its result', async () => {
    const { queue } = await fresh();
    const added = await queue.add({ prompt: 'a fox' });
    assert.equal([added.state, added.payload, added.priority, added.attempt], ['waiting', { prompt: 'a fox' }, 50, 0]);
    await work(queue, async ({ id, payload, attempt }) => ({ id, payload, attempt }), { name: 'easel' });
    const done = await queue.wait(added.id);
    assert.equal([done.state, done.worker, done.code], ['done', 'easel', null]);
    assert.equal(done.result, { id: added.id, payload: { prompt: 'a fox' }, attempt: 1 });
    assert.ok((done.endedAt ?? 0) >= (done.startedAt ?? Number.POSITIVE_INFINITY));
  });

  test('an id is added once, also after it is done', async () => {
    const { queue } = await fresh();
    let count = 0;
    await queue.add({ n: 1, of: undefined } as unknown as number, { id: 'work-1' });
    await queue.add({ n: 1 }, { id: 'work-1' });
    assert.is((await queue.list()).length, 1);
    assert.is(await code(queue.add({ n: 2 }, { id: 'work-1' })), 'ERR_ALREADY_EXISTS');
    await work(queue, async () => ++count);
    await queue.wait('work-1');
    assert.is((await queue.add({ n: 1 }, { id: 'work-1' })).state, 'done');
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.is(count, 1);
  });

  test('the first settled result counts, for every later try and for every worker', async () => {
    const { queue, again } = await fresh();
    await queue.add(null, { id: 'shared', attempts: 2, backoffMs: 0 });
    const seen: unknown[] = [];
    await work(queue, async ({ attempt, settled, settle }) => {
      seen.push([attempt, settled, await settle({ by: attempt })]);
      if (attempt === 1) throw new Error('killed right after it was put down');
      return settled;
    });
    assert.equal((await queue.wait('shared')).result, { by: 1 });
    assert.equal(seen, [
      [1, undefined, { by: 1 }],
      [2, { by: 1 }, { by: 1 }],
    ]);
    const other = await again();
    assert.equal(await other.settled('shared'), { by: 1 });
    assert.equal(await other.settle('shared', { by: 3 }), { by: 1 });
    assert.is(await other.settled('unknown'), undefined);
  });

  test('tasks may have the names that a queue uses for itself', async () => {
    const { queue } = await fresh();
    const names = ['wait', 'meta', 'active', 'events', 'id', 'completed', 'failed', 'delayed', 'stalled', 'prioritized', 'pc', 'marker'];
    for (const id of names) await queue.add({ id }, { id });
    await work(queue, async ({ id }) => `${id} done`);
    for (const id of names) assert.is((await queue.wait(id)).result, `${id} done`);
    assert.equal((await queue.list(['done'])).map(({ id }) => id).sort(), [...names].sort());
  });

  test('higher priorities first, equal ones in order of arrival', async () => {
    const { queue } = await fresh();
    await queue.pause();
    for (const [id, priority] of [
      ['low', 10],
      ['first', 50],
      ['second', 50],
      ['high', 90],
    ] as const)
      await queue.add(null, { id, priority });
    const expected = ['high', 'first', 'second', 'low'];
    assert.equal(
      (await queue.list(['waiting'])).map(({ id }) => id),
      expected,
    );
    const order: string[] = [];
    await work(queue, async ({ id }) => void order.push(id));
    await queue.resume();
    for (const id of expected) await queue.wait(id);
    assert.equal(order, expected);
  });

  test('while paused, nothing begins, even for a queue that is opened later', async () => {
    const { queue, again } = await fresh();
    await queue.pause();
    await queue.add(null, { id: 'later' });
    const other = await again();
    assert.is(await other.isPaused(), true);
    const { handler, tasks, finish } = held();
    await work(other, handler);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.is(tasks.length, 0);
    await queue.resume();
    await until('the task', () => tasks.length === 1);
    finish();
    assert.is((await queue.wait('later')).state, 'done');
  });

  test('a waiting task is cancelled: it never begins', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'unwanted' });
    await queue.add(null, { id: 'wanted' });
    assert.is((await queue.cancel('unwanted')).state, 'cancelled');
    const begun: string[] = [];
    await work(queue, async ({ id }) => void begun.push(id));
    await queue.wait('wanted');
    const cancelled = await queue.wait('unwanted');
    assert.equal([cancelled.state, cancelled.code, begun], ['cancelled', 'ERR_ABORTED', ['wanted']]);
    assert.ok(cancelled.endedAt);
  });

  test('a running task is cancelled: its signal aborts, and it is not tried again', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'long', attempts: 3, backoffMs: 0 });
    const { handler, tasks } = held();
    const events: WorkerEvent[] = [];
    await work(queue, handler, { onEvent: (event) => events.push(event) });
    await until('the task', () => tasks.length === 1);
    await queue.cancel('long');
    assert.is((await queue.wait('long')).state, 'cancelled');
    await until('the event', () => events.some(({ type }) => type === 'cancelled'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.is(tasks.length, 1);
  });

  test('a failure is tried again after its wait, then given up with code and message', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'weak', attempts: 3, backoffMs: 300 });
    const times: number[] = [];
    const events: WorkerEvent[] = [];
    const handler: TaskHandler = async ({ attempt }) => {
      times.push(performance.now());
      throw new ArtistError('ERR_GENERATE', `blank: try ${attempt}`);
    };
    await work(queue, handler, { onEvent: (event) => events.push(event) });
    const task = await queue.wait('weak');
    assert.equal([task.state, task.code, task.message, task.attempt], ['failed', 'ERR_GENERATE', 'blank: try 3', 3]);
    assert.is(times.length, 3);
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 290);
    assert.ok((times[2] ?? 0) - (times[1] ?? 0) >= 590);
    await until('the events', () => events.filter(({ type }) => type === 'failed').length === 3);
    assert.equal(
      events.flatMap((event) => (event.type === 'failed' ? [event.again] : [])),
      [true, true, false],
    );
  });

  test('a permanent error is not tried again', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'wrong', attempts: 5, backoffMs: 0 });
    let count = 0;
    await work(queue, async () => {
      count++;
      throw new ArtistError('ERR_MODEL_NOT_FOUND', 'no such model');
    });
    assert.is((await queue.wait('wrong')).code, 'ERR_MODEL_NOT_FOUND');
    assert.is(count, 1);
  });

  test('failed and cancelled tasks can be tried again, others not', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'again', attempts: 1 });
    await queue.add(null, { id: 'back', attempts: 1 });
    await queue.cancel('back');
    let good = false;
    await work(queue, async () => {
      if (!good) throw new Error('not yet');
      return 'well';
    });
    assert.is((await queue.wait('again')).state, 'failed');
    good = true;
    assert.is(await code(queue.retry('absent')), 'ERR_NOT_FOUND');
    await queue.retry('again');
    await queue.retry('back');
    assert.equal([(await queue.wait('again')).result, (await queue.wait('back')).result], ['well', 'well']);
    assert.is(await code(queue.retry('again')), 'ERR_INVALID_ARGUMENT');
  });

  test('a waiting task moves to another priority, behind those that have it', async () => {
    const { queue, again } = await fresh();
    for (const id of ['first', 'second', 'third']) await queue.add(null, { id });
    await queue.add(null, { id: 'soon', priority: 70 });
    await queue.add(null, { id: 'later', delayMs: 60_000 });
    assert.is((await queue.move('third', 70)).priority, 70);
    assert.is((await queue.move('first', 10)).priority, 10);
    assert.is((await queue.move('later', 90)).state, 'delayed');
    const other = await again();
    const waiting = (await other.list(['waiting'])).map(({ id, priority }) => `${id} ${priority}`);
    assert.equal(waiting, ['soon 70', 'third 70', 'second 50', 'first 10']);
    const order: string[] = [];
    await work(other, async ({ id }) => void order.push(id));
    await queue.wait('first');
    assert.equal(order, ['soon', 'third', 'second', 'first']);
    assert.is(await code(queue.move('first', 20)), 'ERR_INVALID_ARGUMENT');
    assert.is(await code(queue.move('later', 101)), 'ERR_INVALID_ARGUMENT');
    assert.is(await code(queue.move('absent', 20)), 'ERR_NOT_FOUND');
  });

  test('a delay is kept', async () => {
    const { queue } = await fresh();
    const began = performance.now();
    assert.is((await queue.add(null, { id: 'tomorrow', delayMs: 800 })).state, 'delayed');
    await work(queue, async () => 'now');
    await queue.wait('tomorrow');
    assert.ok(performance.now() - began >= 790);
  });

  test('several tasks in parallel, each once', async () => {
    const { queue, again } = await fresh();
    const counts = new Map<string, number>();
    let busy = 0;
    let most = 0;
    const handler: TaskHandler = async ({ id }) => {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      most = Math.max(most, ++busy);
      // On a busy machine a claim may take longer than a task: the first tasks wait until several run.
      for (let wait = 0; wait === 0 || (most < 2 && wait < 60); wait++) await new Promise((resolve) => setTimeout(resolve, 30));
      busy--;
    };
    const ids = Array.from({ length: 12 }, (_, index) => `t${index}`);
    for (const id of ids) await queue.add(null, { id });
    await work(queue, handler, { concurrency: 2 });
    await work(await again(), handler, { concurrency: 2 });
    for (const id of ids) await queue.wait(id);
    assert.equal(
      [...counts.values()],
      ids.map(() => 1),
    );
    assert.ok(most >= 2 && most <= 4, String(most));
  });

  test('a second stop() of a worker shortens the time that its task has, and cannot prolong it', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'cut-short' });
    const { handler, tasks } = held();
    const worker = await work(queue, handler);
    await until('the task', () => tasks.length === 1);
    const began = performance.now();
    await Promise.all([worker.stop(120_000), worker.stop(50), worker.stop(120_000)]);
    assert.ok(performance.now() - began < 30_000);
    assert.is((await queue.get('cut-short'))?.state, 'waiting');
  });

  test('a stopped worker returns its task without counting a try', async () => {
    const { queue } = await fresh();
    await queue.add(null, { id: 'kept' });
    const { handler, tasks } = held();
    const worker = await work(queue, handler);
    await until('the task', () => tasks.length === 1);
    await worker.stop(50);
    const waiting = await queue.get('kept');
    assert.equal([waiting?.state, waiting?.attempt], ['waiting', 0]);
    await work(queue, async ({ attempt }) => attempt);
    assert.is((await queue.wait('kept')).result, 1);
  });

  test('unknown ids and invalid options are refused', async () => {
    const { queue } = await fresh();
    assert.is(await queue.get('absent'), undefined);
    assert.is(await code(queue.cancel('absent')), 'ERR_NOT_FOUND');
    assert.is(await code(queue.wait('absent')), 'ERR_NOT_FOUND');
    assert.is(await code(queue.add(null, { id: 'a:b' })), 'ERR_INVALID_ARGUMENT');
    assert.is(await code(queue.add(null, { priority: 101 })), 'ERR_INVALID_ARGUMENT');
    const controller = new AbortController();
    await queue.add(null, { id: 'never' });
    const waiting = queue.wait('never', { signal: controller.signal });
    controller.abort(new ArtistError('ERR_ABORTED', 'enough'));
    assert.is(await code(waiting), 'ERR_ABORTED');
  });

  test('added tasks survive closing everything', async () => {
    const { queue, again } = await fresh();
    await queue.add({ n: 1 }, { id: 'kept', priority: 70 });
    await queue.close();
    opened.delete(queue);
    const task = await (await again()).get('kept');
    assert.equal([task?.payload, task?.priority, task?.state], [{ n: 1 }, 70, 'waiting']);
  });
}
