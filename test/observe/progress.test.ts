import { equal, is, match, ok } from 'uvu/assert';
import { createProgress, formatBytes, formatSeconds } from '../../lib/observe/index.ts';
import { suite } from '../harness.ts';

function screen(isTTY: boolean, columns = 100) {
  let text = '';
  let nowMs = 0;
  const terminal = {
    isTTY,
    columns,
    write(part: string) {
      text += part;
    },
  };
  return {
    terminal,
    environment: {},
    now: () => nowMs,
    wait: (ms: number) => {
      nowMs += ms;
    },
    text: () => text,
    /** What stands on the last line of the terminal. */
    shown: () => text.split('\u001b[K').at(-1) ?? '',
    draws: () => text.split('\u001b[K').length - 1,
  };
}

suite('progress on a terminal', (test) => {
  test('draws label, bar, percent, count and the time left at the measured speed', () => {
    const s = screen(true);
    const progress = createProgress(s);
    progress.update('Painting', 0, 20);
    is(s.shown(), `Painting  ${'░'.repeat(24)}   0 %  0/20`);
    s.wait(10_000);
    progress.update('Painting', 5, 20);
    is(s.shown(), `Painting  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  5/20  30 s left`);
  });

  test('redraws at most every 80 ms, but always when complete', () => {
    const s = screen(true);
    const progress = createProgress(s);
    for (let step = 0; step <= 100; step++) {
      progress.update('Loading', step, 100);
      s.wait(1);
    }
    is(s.draws(), 3);
    match(s.shown(), /100 % {2}100\/100$/);
  });

  test('a new label begins a new phase with its own clock', () => {
    const s = screen(true);
    const progress = createProgress(s);
    progress.update('Loading', 0, 10);
    s.wait(100_000);
    progress.update('Painting', 0, 10);
    s.wait(1000);
    progress.update('Painting', 1, 10);
    match(s.shown(), /9 s left$/);
  });

  test('a resumed download: what was there before does not count as speed', () => {
    const s = screen(true);
    const progress = createProgress({ ...s, unit: 'bytes' });
    progress.update('Fetching', 900e6, 1000e6);
    s.wait(10_000);
    progress.update('Fetching', 950e6, 1000e6);
    match(s.shown(), /95 % {2}950\.0 MB of 1\.0 GB {2}10 s left$/);
  });

  test('without a total it shows the count, without a count the label', () => {
    const s = screen(true);
    const progress = createProgress({ ...s, unit: 'bytes' });
    progress.update('Fetching', 0, 0);
    is(s.shown(), 'Fetching …');
    s.wait(100);
    progress.update('Fetching', 1500, 0);
    is(s.shown(), 'Fetching  1.5 kB');
  });

  test('is never wider than the terminal', () => {
    const s = screen(true, 40);
    createProgress(s).update('A long label that says what is going on here', 3, 10);
    is(s.shown().length, 39);
    ok(s.shown().endsWith('…'));
  });

  test('end() erases the bar, leaves its text, and may be called twice', () => {
    const s = screen(true);
    const progress = createProgress(s);
    progress.update('Painting', 1, 2);
    progress.end('painted in 3 s');
    progress.end();
    ok(s.text().endsWith('\r\u001b[Kpainted in 3 s\n'));
  });

  test('counts beyond the total and below zero stay inside the bar', () => {
    const s = screen(true);
    const progress = createProgress(s);
    progress.update('x', 7, 5);
    match(s.shown(), /█{24} 100 %/);
    s.wait(100);
    progress.update('y', -1, 5);
    match(s.shown(), /░{24} {3}0 %/);
  });
});

suite('progress elsewhere', (test) => {
  test('prints one line for every tenth, and no escape codes', () => {
    const s = screen(false);
    const progress = createProgress(s);
    for (let step = 0; step <= 1000; step++) {
      progress.update('Painting', step, 1000);
      s.wait(10);
    }
    progress[Symbol.dispose]();
    const lines = s.text().trimEnd().split('\n');
    is(lines.length, 10);
    is(lines[2], 'Painting: 30 % (300/1000, 7 s left)');
    is(lines[9], 'Painting: 100 % (1000/1000)');
    is(s.text().includes('\u001b'), false);
  });

  test('by phases: one line when one begins, and one every half minute of a long one', () => {
    const s = screen(false);
    const progress = createProgress({ ...s, lines: 'phases' });
    for (const label of ['painting 1 of 2', 'painting 2 of 2'])
      for (let step = 0; step <= 20; step++) {
        progress.update(label, step, 20);
        s.wait(100);
      }
    for (let step = 0; step <= 100; step++) {
      progress.update('slow', step, 100);
      s.wait(1000);
    }
    progress.end();
    is(
      s.text(),
      'painting 1 of 2 …\npainting 2 of 2 …\nslow …\nslow: 30 % (30/100, 1 min 10 s left)\nslow: 60 % (60/100, 40 s left)\nslow: 90 % (90/100, 10 s left)\n',
    );
  });

  test('a phase of one step shows its seconds until it is over', async () => {
    const s = screen(true);
    const progress = createProgress(s);
    progress.update('enlarging', 0, 1);
    is(s.shown(), 'enlarging …');
    s.wait(6000);
    await new Promise((done) => setTimeout(done, 1100));
    is(s.shown(), 'enlarging …  6 s');
    progress.end();
    const { length } = s.text();
    await new Promise((done) => setTimeout(done, 1100));
    is(s.text().length, length);
  });

  test('few big steps print the tenth they reach', () => {
    const s = screen(false);
    const progress = createProgress(s);
    for (const done of [0, 1, 2, 3]) progress.update('Painting', done, 3);
    equal(s.text().trimEnd().split('\n'), ['Painting: 30 % (1/3, 0 s left)', 'Painting: 60 % (2/3, 0 s left)', 'Painting: 100 % (3/3)']);
  });

  test('an uncountable phase is named once', () => {
    const s = screen(false);
    const progress = createProgress(s);
    for (let i = 0; i < 5; i++) progress.update('Encoding', 0, 0);
    is(s.text(), 'Encoding …\n');
  });

  test('silent prints nothing at all', () => {
    const s = screen(true);
    using progress = createProgress({ ...s, silent: true });
    progress.update('Painting', 1, 2);
    progress.end('done');
    is(s.text(), '');
  });
});

suite('units', (test) => {
  for (const [seconds, text] of [
    [-1, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3780, '1 h 03 min'],
  ] as const) {
    test(`${seconds} seconds: ${text}`, () => is(formatSeconds(seconds), text));
  }
  for (const [bytes, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3.22e9, '3.2 GB'],
    [5e15, '5000.0 TB'],
  ] as const) {
    test(`${bytes} bytes: ${text}`, () => is(formatBytes(bytes), text));
  }
});
