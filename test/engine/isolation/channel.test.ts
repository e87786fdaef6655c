import * as assert from 'uvu/assert';
import { LastLines } from '../../../lib/engine/isolation/last-lines.ts';
import { Outbox } from '../../../lib/engine/isolation/outbox.ts';
import type { ToParent } from '../../../lib/engine/isolation/protocol.ts';
import { suite } from '../../harness.ts';

const step = (id: number, at: number): ToParent => ({
  type: 'event',
  id,
  event: { type: 'progress', phase: 'sample', step: at, total: 9, secondsPerStep: 0, image: 0, images: 1 },
});
const log = (text: string): ToParent => ({ type: 'event', id: 1, event: { type: 'log', level: 'warn', text } });
const result = (id: number): ToParent => ({ type: 'result', id, value: undefined });

suite('isolation: what crosses the channel', (test) => {
  test('while the reader is busy only the newest progress of each job waits, everything else in order', () => {
    const sent: ToParent[] = [];
    const written: (() => void)[] = [];
    const outbox = new Outbox((message, done) => {
      sent.push(message);
      written.push(done);
    }, 1);
    for (const message of [step(1, 1), step(1, 2), log('a'), step(2, 1), step(1, 3), log('b'), step(2, 2), result(1)]) outbox.post(message);
    assert.equal(sent, [step(1, 1)]);
    while (written.length > 0) written.shift()?.();
    assert.equal(sent, [step(1, 1), log('a'), step(1, 3), log('b'), step(2, 2), result(1)]);
  });

  test('the last 3 complete lines and the incomplete one are kept, without repeats and blank lines, however the text is split', () => {
    const lines = new LastLines(3);
    for (const piece of ['one\ntw', 'o\r\n', '\n\nthree\nthree\n', 'four\nfi', 've']) lines.write(piece);
    assert.equal(lines.lines, ['two', 'three', 'four', 'five']);
  });

  test('a line without an end keeps its last 4096 characters', () => {
    const lines = new LastLines();
    for (let piece = 0; piece < 100; piece++) lines.write('x'.repeat(1000));
    assert.is(lines.lines[0]?.length, 4096);
  });
});
