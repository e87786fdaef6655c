import * as assert from 'uvu/assert';
import { isDiskFull, writeError } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: something, write`), { code });

suite('core: errors of writing', (test) => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG'])
    test(`${code} is want of room`, () => {
      assert.ok(isDiskFull(failure(code)));
      assert.is(writeError('x.png', failure(code)).code, 'ERR_DISK_FULL');
      assert.is(
        writeError('x.png', failure(code)).message,
        `x.png: expected room on the disk, got ${code}. Free some space or save elsewhere`,
      );
    });
  // [code, what the message says]
  for (const [code, got] of [
    ['EACCES', 'no permission to write there (EACCES)'],
    ['EROFS', 'no permission to write there (EROFS)'],
    ['ENOTDIR', 'a file where a folder should be'],
    ['ENOENT', 'a folder that is not there (ENOENT)'],
    ['EIO', 'EIO: something, write'],
  ] as const)
    test(`${code} is none`, () => {
      assert.not.ok(isDiskFull(failure(code)));
      const { code: ours, message } = writeError('x.png', failure(code));
      assert.equal([ours, message], ['ERR_WRITE', `x.png: expected a place that can be written, got ${got}`]);
    });
});
