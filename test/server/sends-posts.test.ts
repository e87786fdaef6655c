import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { connectAccount, queueWork } from '../../lib/publish/index.ts';
import { openPublishing } from '../../lib/service/index.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { newHome, startShell } from './support.ts';

suite('a server sends posts', { timeoutMs: 60_000 }, (test) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist posts '));
  test.after(() => rmSync(folder, { recursive: true, force: true }));

  test('what is approved goes out while it runs; without accounts nothing is told or made', async () => {
    const quiet = await startShell();
    await quiet.server.close();
    assert.not.ok(quiet.log.some((line) => /publish/.test(line)));
    assert.not.ok(existsSync(path.join(quiet.home, 'outbox')));

    const home = newHome();
    const { account } = await connectAccount(home, { name: 'shelf', network: 'folder', server: folder, secrets: {} });
    const publishing = openPublishing(await loadConfig({ home }), { warn: () => undefined });
    const work = await new Gallery({ home }).add({ image: picture(recipe('a red fox')) });
    const { id, state } = await queueWork(work, account, { ...publishing, approved: true });
    assert.is(state, 'approved');
    const shell = await startShell({ home });
    try {
      for (let tries = 0; tries < 300 && (await publishing.outbox.get(id)).state !== 'published'; tries++)
        await new Promise((wake) => setTimeout(wake, 100));
      assert.is((await publishing.outbox.get(id)).state, 'published');
    } finally {
      await shell.server.close();
    }
    assert.ok(readdirSync(folder).includes(`${id}.png`));
    assert.ok(shell.log.some((line) => line.includes(id)));
  });
});
