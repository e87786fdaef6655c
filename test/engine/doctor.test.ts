import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Diagnosis, diagnose } from '../../lib/engine/addon/doctor.ts';
import { loadNative, nativeFile } from '../../lib/engine/addon/native.ts';
import { suite } from '../harness.ts';
import { root, withFolder } from '../install/support.ts';
import { breakCode } from './broken-addon.ts';

async function diagnoseWith(file: string | undefined): Promise<Diagnosis> {
  const before = process.env.AI_ARTIST_BINARY;
  if (file === undefined) delete process.env.AI_ARTIST_BINARY;
  else process.env.AI_ARTIST_BINARY = file;
  try {
    return await diagnose();
  } finally {
    if (before === undefined) delete process.env.AI_ARTIST_BINARY;
    else process.env.AI_ARTIST_BINARY = before;
  }
}

suite('doctor', (test) => {
  test('a candidate that is not a library is reported with a reason and advice', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'a.node');
      writeFileSync(file, 'hello');
      const { ok, candidates, addon, advice } = await diagnoseWith(file);
      assert.is(ok, false);
      assert.is(addon, undefined);
      assert.equal(
        candidates.map(({ origin, status, reason }) => ({ origin, status, reason })),
        [{ origin: 'environment', status: 'failed', reason: 'is not a compiled library (it begins with "hello")' }],
      );
      assert.ok(advice.includes('correct or unset AI_ARTIST_BINARY'), advice.join('\n'));
    }));

  if (process.platform === 'linux') {
    test('an addon that crashes its process while loading is reported', () =>
      withFolder(async (folder) => {
        loadNative();
        const file = join(folder, 'a.node');
        copyFileSync(nativeFile() ?? '', file);
        breakCode(file);
        const { ok, candidates } = await diagnoseWith(file);
        assert.is(ok, false);
        assert.is(candidates[0]?.status, 'crashed');
        assert.match(candidates[0]?.reason ?? '', /^loading it ended the process with SIG(TRAP|ILL|SEGV)$/);
      }));
  }

  test('on a working machine: the addon in use, its devices and the machine', async () => {
    const diagnosis = await diagnoseWith(undefined);
    assert.is(diagnosis.ok, true, JSON.stringify(diagnosis.candidates));
    assert.is(diagnosis.package.root, root);
    assert.is(diagnosis.addon?.versions.addon, diagnosis.package.version);
    assert.is(diagnosis.addon?.file, diagnosis.candidates.find(({ status }) => status === 'loads')?.file);
    assert.ok(diagnosis.addon?.devices.some(({ type }) => type === 'cpu'));
    assert.ok(diagnosis.system.memoryBytes > 0);
    assert.is(diagnosis.system.arch, process.arch);
    assert.is(diagnosis.runtime.version, process.versions.node);
    assert.equal(JSON.parse(JSON.stringify(diagnosis)), diagnosis, 'plain data');
  });
});
