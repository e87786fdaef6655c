import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { createArtist } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist domain-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

suite('create: prompts outside the domain of the bundled model', { timeoutMs: 60_000 }, (test) => {
  test('cause one warning and a record; other prompts, and unchecked ones, do not', async () => {
    const told: string[] = [];
    const set = ['paint.steps=1', 'paint.width=64', 'paint.height=64', 'create.upscale=false'];
    await using artist = await createArtist({ home: path.join(scratch, 'home'), set, onWarning: (line) => void told.push(line) });
    const outside = await artist.create({ prompt: 'a cyberpunk samurai holding a katana', candidates: 1, seed: 1 });
    assert.is(told.length, 1);
    assert.match(told[0] ?? '', /not trained on "cyberpunk", "samurai", "holding", "katana".* draws one subject .*--no-domain-check/);
    const { derivation } = await artist.gallery.get(outside.work?.id ?? '');
    assert.equal(derivation?.['domain'], { outside: true, unknown: ['cyberpunk', 'samurai', 'holding', 'katana'], words: 4 });
    const inside = await artist.create({ prompt: 'a red fox in the snow', candidates: 1, seed: 2 });
    const silent = await artist.create({ prompt: 'a cyberpunk samurai holding a katana', candidates: 1, seed: 3, domainCheck: false });
    assert.is(told.length, 1);
    assert.equal([inside.derivation['domain'], silent.derivation['domain']], [undefined, undefined]);
  });
});
