import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { reproduce } from '../../lib/doors/artist.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
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

  test('words that it never read are said in other words: painted, recorded, explained, and kept in the title', async () => {
    const told: string[] = [];
    const set = ['paint.steps=2', 'create.upscale=false'];
    const home = path.join(scratch, 'words');
    await using artist = await createArtist({ home, set, onWarning: (line) => void told.push(line) });
    const lines: string[] = [];
    const { work } = await artist.create({
      prompt: 'a poodle in the snow',
      candidates: 2,
      seed: 4,
      onPlan: (plan) => void lines.push(...plan.lines),
    });
    assert.equal(told, []);
    assert.equal(lines, ['poodle: painted as dog, which the model knows']);
    assert.equal([work?.recipe?.prompt, work?.title], ['a dog in the snow', 'Poodle in the Snow']);
    assert.equal(work?.derivation?.['wordings'], [{ from: 'poodle', to: 'dog' }]);
    const twin = await artist.create({ prompt: 'a dog in the snow', candidates: 2, seed: 4 });
    assert.is(twin.filed, false, 'it is the same picture');
    assert.is((await reproduce(work as Artwork, { home })).verdict, 'bit-exact');
  });
});
