import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { isArtistError, type StateDefinition, StateFile, type StateRepair, VirtualClock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { codeOf, program, scratch, sourceOf } from './support.ts';

interface Marks {
  marks: string[];
}

const definition: StateDefinition<Marks> = {
  kind: 'marks',
  version: 3,
  schema: z.strictObject({ marks: z.array(z.string()) }),
  initial: () => ({ marks: [] }),
  migrations: {
    1: (data) => ({ list: data }),
    2: (data) => ({ marks: (data as { list: string[] }).list.map((mark) => `${mark}!`) }),
  },
};

const clock = new VirtualClock(Date.UTC(2026, 10, 25, 22, 0));
let count = 0;

/** A state file in a folder of its own. */
function fresh(content?: string): { file: string; folder: string; state: StateFile<Marks>; repairs: StateRepair[] } {
  const folder = path.join(scratch, `state ${++count}`);
  mkdirSync(folder);
  const file = path.join(folder, 'marks.json');
  if (content !== undefined) writeFileSync(file, content);
  const repairs: StateRepair[] = [];
  return { file, folder, repairs, state: new StateFile(file, definition, { clock, onRepair: (repair) => repairs.push(repair) }) };
}

const envelope = (data: unknown, version = 3, kind = 'marks'): string => JSON.stringify({ kind, version, data });

/** Adds marks until it is killed; each is printed once its update is fulfilled. */
const writer = (file: string, name: string, times: number): string => `
  import { z } from 'zod';
  import { StateFile } from ${sourceOf('lib/core/index.ts')};
  const schema = z.strictObject({ marks: z.array(z.string()) });
  const state = new StateFile(${JSON.stringify(file)}, { kind: 'marks', version: 3, schema, initial: () => ({ marks: [] }) }, { waitMs: 60_000 });
  for (let i = 0; i < ${times}; i++) {
    await state.update((draft) => { draft.marks.push('${name}' + i); });
    console.log('${name}' + i);
  }`;

suite('core state file', { timeoutMs: 60_000 }, (test) => {
  test('starts as its definition says, keeps what is changed, and the state before it', async () => {
    const { file, folder, state } = fresh();
    assert.equal(await state.read(), { marks: [] });
    assert.equal(readdirSync(folder), []);
    await state.update((draft) => {
      draft.marks.push('a');
    });
    assert.equal(await state.update(async ({ marks }) => ({ marks: [...marks, 'b'] })), { marks: ['a', 'b'] });
    assert.equal(await new StateFile(file, definition).read(), { marks: ['a', 'b'] });
    assert.equal(readdirSync(folder).sort(), ['marks.json', 'marks.json.bak']);
    assert.equal(JSON.parse(readFileSync(`${file}.bak`, 'utf8')).data, { marks: ['a'] });
  });

  test('what read() gives is a copy, and another process is noticed', async () => {
    const { file, state } = fresh(envelope({ marks: ['a'] }));
    (await state.read()).marks.push('not kept');
    assert.equal(await state.read(), { marks: ['a'] });
    await new StateFile(file, definition).update(() => ({ marks: ['other'] }));
    assert.equal(await state.read(), { marks: ['other'] });
  });

  test('a change that throws, or does not fit the schema, changes nothing', async () => {
    const { file, state } = fresh(envelope({ marks: ['a'] }));
    const thrown = new Error('no');
    assert.is(
      await state
        .update((draft) => {
          draft.marks.push('half');
          throw thrown;
        })
        .catch((error: unknown) => error),
      thrown,
    );
    assert.is(await codeOf(state.update(() => ({ marks: [1] }) as unknown as Marks)), 'ERR_INTERNAL');
    assert.equal(await state.read(), { marks: ['a'] });
    assert.is(readFileSync(file, 'utf8'), envelope({ marks: ['a'] }));
  });

  test('older versions are migrated step by step, and written as the new one', async () => {
    const { file, state } = fresh(envelope(['x'], 1));
    assert.equal(await state.read(), { marks: ['x!'] });
    assert.is(JSON.parse(readFileSync(file, 'utf8')).version, 1);
    await state.update(() => undefined);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')), { kind: 'marks', version: 3, data: { marks: ['x!'] } });
    assert.is(JSON.parse(readFileSync(`${file}.bak`, 'utf8')).version, 1);
  });

  test('a newer version is refused and left alone', async () => {
    const { file, state, repairs } = fresh(envelope({ marks: [], more: 1 }, 4));
    const error: unknown = await state.read().catch((thrown: unknown) => thrown);
    assert.ok(isArtistError(error, 'ERR_NEWER_VERSION'));
    assert.match(error.message, /expected version 3 or older, got 4\. .*update this one/);
    assert.is(await codeOf(state.update(() => ({ marks: [] }))), 'ERR_NEWER_VERSION');
    assert.is(readFileSync(file, 'utf8'), envelope({ marks: [], more: 1 }, 4));
    assert.equal(repairs, []);
  });

  const damages: [string, string, RegExp][] = [
    ['empty', '', /empty/],
    ['cut off', envelope({ marks: ['a', 'b'] }).slice(0, -7), /no JSON/],
    ['of another kind', envelope({ marks: [] }, 3, 'schedule'), /holds "schedule"/],
    ['no envelope', '[]', /no state file of ours/],
    ['a wrong field', envelope({ marks: 'a' }), /marks: /],
  ];
  for (const [name, content, reason] of damages) {
    test(`damaged (${name}): set aside, the backup takes its place, and it is told`, async () => {
      const { file, folder, state, repairs } = fresh(content);
      writeFileSync(`${file}.bak`, envelope({ marks: ['kept'] }));
      assert.equal(await state.read(), { marks: ['kept'] });
      const setAside = `${file}.corrupt-20261125T220000000Z`;
      assert.is(repairs.length, 1);
      assert.match(repairs[0]?.reason ?? '', reason);
      assert.equal(repairs[0], { path: file, reason: repairs[0]?.reason ?? '', setAside, restored: 'backup' });
      assert.is(readFileSync(setAside, 'utf8'), content);
      await state.update((draft) => {
        draft.marks.push('more');
      });
      assert.equal(await new StateFile(file, definition).read(), { marks: ['kept', 'more'] });
      assert.is(repairs.length, 1);
      assert.is(readdirSync(folder).filter((entry) => entry.includes('.tmp') || entry.includes('.lock')).length, 0);
    });
  }

  test('damaged without a usable backup: it starts anew, nothing is thrown away', async () => {
    const { file, folder, state, repairs } = fresh('{');
    writeFileSync(`${file}.bak`, 'also broken');
    await state.update((draft) => {
      draft.marks.push('first');
    });
    assert.equal(
      repairs.map(({ restored }) => restored),
      ['initial'],
    );
    assert.equal(await state.read(), { marks: ['first'] });
    assert.is(readFileSync(path.join(folder, 'marks.json.bak.corrupt'), 'utf8'), 'also broken');
  });

  test('without a listener a repair is a warning of the process', async () => {
    const { file } = fresh('{');
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve));
    await new StateFile(file, definition).read();
    assert.match((await warning).message, /marks\.json was damaged \(it is no JSON/);
  });

  test('three processes that change it at the same time lose nothing', async () => {
    const { file, state } = fresh();
    const results = await Promise.all(['a', 'b', 'c'].map((name) => program(writer(file, name, 20)).ended));
    for (const { code, stderr } of results) assert.is(code, 0, stderr);
    assert.is(new Set((await state.read()).marks).size, 60);
  });

  test('killed at any moment: what was acknowledged is there, what is there is whole', async () => {
    const { file, state, repairs } = fresh();
    for (let round = 0; round < 6; round++) {
      const { child, lines, line, ended } = program(writer(file, `r${round}-`, 100_000));
      await line(`r${round}-0`);
      await new Promise((done) => setTimeout(done, round * 7));
      child.kill('SIGKILL');
      await ended;
      const { marks } = await state.read();
      assert.equal(
        lines.filter((mark) => !marks.includes(mark)),
        [],
      );
    }
    assert.equal(repairs, []);
    await state.update(() => undefined);
  });

  test('no room: coded, and the state before stays', async () => {
    const { file, folder, state } = fresh(envelope({ marks: ['kept'] }));
    // A limit on the size of files stands for a disk that is full.
    const limited = program(`
      import { spawnSync } from 'node:child_process';
      const text = ${JSON.stringify(writer(file, 'x'.repeat(5000), 1))};
      const { stderr } = spawnSync('sh', ['-c', 'ulimit -f 2; exec "$0" "$@"', process.execPath, '--import', ${JSON.stringify(typescript)}, '--input-type=module', '-e', text], { encoding: 'utf8' });
      console.log('said ' + stderr.replaceAll('\\n', ' '));`);
    assert.match(await limited.line('said'), /ERR_DISK_FULL/);
    await limited.ended;
    assert.equal(await state.read(), { marks: ['kept'] });
    assert.equal(readdirSync(folder).sort(), ['marks.json', 'marks.json.bak']);
  });

  test('a place that cannot be written', async () => {
    const state = new StateFile('/dev/null/marks.json', definition);
    assert.is(await codeOf(state.update(() => undefined)), 'ERR_WRITE');
  });
});
