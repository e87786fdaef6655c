import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ScheduleStore } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { endPrograms, readyProgram, startProgram } from './compiled.ts';
import { newHome, until } from './support.ts';

/** 200 for the long harness: AI_ARTIST_CRASHES=200 */
const crashes = Number(process.env['AI_ARTIST_CRASHES'] ?? 6);

suite('schedule and kill -9', { timeoutMs: 600_000 }, (test) => {
  test.after(endPrograms);

  test(`a daemon killed ${crashes} times: every work once, every run recorded`, async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'every 1h', count: 3 });
    await store.add({ when: 'every 2h', count: 1 });
    const asked: string[] = [];
    for (let crash = 0; crash < crashes; crash++) {
      const child = await readyProgram('daemon', [home]);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      asked.push((await store.runNow(`j${1 + (crash % 2)}`)).id);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      child.kill('SIGKILL');
      await gone;
    }
    // The last daemon finishes all work and is stopped normally.
    const child = await readyProgram('daemon', [home]);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const records = await until(
      'all records',
      async () => {
        const all = await store.history({ limit: 1000 });
        return asked.every((id) => all.some((record) => record.id === id)) && all;
      },
      30_000 + crashes * 1000,
    );
    child.kill('SIGTERM');
    assert.is(await ended, 0);
    assert.is(records.length, asked.length, 'one record each');
    const files = readdirSync(path.join(home, 'works'));
    for (const { id, outcome, works, code } of records) {
      const made = files.filter((file) => file.includes(`.${id}-`)).length;
      if (outcome === 'done') assert.equal([works.done, made], [works.due, works.due], id);
      else {
        // After three crashes in one run, the run is given up with a record; recorded works remain.
        assert.is(code, 'ERR_INTERRUPTED', id);
        assert.ok(made >= works.done, id);
      }
    }
    assert.ok(records.filter(({ outcome }) => outcome === 'done').length >= records.length / 2);
  });

  test(`edits killed ${crashes} times: each change that was reported is there, each file whole`, async () => {
    const home = newHome();
    const store = new ScheduleStore(home, { onRepair: ({ reason }) => assert.unreachable(`repaired: ${reason}`) });
    const expected = new Set<string>();
    for (let crash = 0; crash < crashes; crash++) {
      const child = startProgram('edits', [home]);
      let text = '';
      child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const gone = new Promise((resolve) => child.once('close', resolve));
      await until('the first edit', () => text !== '');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      child.kill('SIGKILL');
      await gone;
      let last = '';
      for (const [, verb, id = ''] of text.matchAll(/(added|removed) (\S+)\n/g)) {
        if (verb === 'added') expected.add(id);
        else expected.delete(id);
        last = id;
      }
      const present = new Set((await store.list()).map(({ id }) => id));
      // The unfinished change may be present or not; nothing else may differ.
      const lost = [...expected].filter((id) => !present.has(id) && id !== last);
      const extra = [...present].filter((id) => !expected.has(id));
      assert.equal(lost, []);
      assert.ok(extra.length <= 1, extra.join());
      expected.clear();
      for (const id of present) expected.add(id);
    }
    assert.ok(expected.size > 0);
  });
});
