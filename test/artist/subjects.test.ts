import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { SubjectHold } from '../../lib/artist/loop/subject-book.ts';
import { VirtualClock } from '../../lib/core/index.ts';
import { createArtist } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist subjects 🌷-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;

const flowers = ['a rose', 'a tulip', 'a daisy', 'a poppy', 'an iris', 'a lily'];

function newHome(): string {
  const home = path.join(scratch, `home ${homes++}`);
  mkdirSync(path.join(home, 'state'), { recursive: true });
  const paint = 'paint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n';
  writeFileSync(path.join(home, 'config.yaml'), `${paint}prompt: {only: [garden], topics: {garden: [${flowers.join(', ')}]}}\n`);
  return home;
}

const reservedIn = (home: string): unknown[] => JSON.parse(readFileSync(path.join(home, 'state', 'subjects.json'), 'utf8')).data.reserved;

/** A process that paints two works in sequence and prints their subjects. */
function painter(home: string): Promise<string[]> {
  const program = `import { createArtist } from ${JSON.stringify(path.resolve('lib/index.ts'))};
    const artist = await createArtist({ home: ${JSON.stringify(home)} });
    for (let count = 0; count < 2; count++) console.log((await artist.create()).derivation.subject);
    await artist.dispose();`;
  const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return new Promise((resolve) => child.on('close', () => resolve(out.trim().split('\n'))));
}

suite('artist subjects', { timeoutMs: 240_000 }, (test) => {
  test('six works at the same time have six subjects, and none stays reserved', async () => {
    const home = newHome();
    await using artist = await createArtist({ home });
    const works = await Promise.all(flowers.map(() => artist.create()));
    assert.equal(works.map(({ derivation }) => derivation['subject']).sort(), [...flowers].sort());
    assert.equal(reservedIn(home), []);
  });

  test('three processes do not repeat subjects either', async () => {
    const home = newHome();
    const subjects = await Promise.all(Array.from({ length: 3 }, () => painter(home)));
    assert.equal(subjects.flat().sort(), [...flowers].sort());
  });

  test('a failed work frees its subject; so does a dead process', async () => {
    const home = newHome();
    const dead = { token: 'x', pid: 2 ** 22 + 1, host: hostname(), birth: null, since: Date.now() };
    const far = { ...dead, host: 'elsewhere' };
    const reserved = [
      { ...dead, subject: 'a rose' },
      { ...far, subject: 'a tulip' },
      { ...far, subject: 'a daisy', since: Date.now() - 25 * 3_600_000 },
    ];
    writeFileSync(path.join(home, 'state', 'subjects.json'), JSON.stringify({ kind: 'subjects', version: 1, data: { reserved } }));
    await using artist = await createArtist({ home });
    let seen: unknown[] = [];
    const failed = artist.create({
      onPlan: () => {
        seen = reservedIn(home);
        throw new Error('not this one');
      },
    });
    assert.is((await failed.catch((error: unknown) => error as Error)).constructor, Error);
    // During the work: its own reservation and the valid one of another host. Afterwards its own is released.
    assert.is(seen.length, 2);
    assert.equal(reservedIn(home), [reserved[1]]);
    const works = await Promise.all(flowers.slice(1).map(() => artist.create()));
    assert.not.ok(works.some(({ derivation }) => derivation['subject'] === 'a tulip'));
  });

  test('a hold: latest first, one at a time, and only a chosen subject', async () => {
    const home = newHome();
    const clock = new VirtualClock(Date.now());
    const seen: string[][] = [];
    const take = (subject: string | undefined) => async (taken: readonly string[]) => {
      seen.push([...taken]);
      return { subject };
    };
    const holds = ['a rose', undefined, 'a lily'].map((subject) => ({ subject, hold: new SubjectHold(home, clock) }));
    for (const { subject, hold } of holds) await hold.take(take(subject));
    assert.equal(seen, [[], ['a rose'], ['a rose']]);
    assert.equal(await new SubjectHold(home).taken(), ['a lily', 'a rose']);
    for (const { hold } of holds) await hold.release();
    assert.equal(await new SubjectHold(home).taken(), []);
  });
});
