import * as assert from 'uvu/assert';
import { cellsOf, halfBlocks, previewProtocol } from '../../bin/print/terminal-preview.ts';
import { decodeImage } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { screenOf } from '../support/screen.ts';
import { type CliResult, cliOnTerminal } from './support.ts';

const painting = ['generate', 'a red fox', '--steps', '2', '--preview', '--force', '--out', 'preview.png'];

/** Checks that a picture has the expected number of rows, without gaps. */
function isWholeBlock(rows: readonly number[], expected: number): void {
  assert.is(rows.length, expected);
  assert.is((rows.at(-1) ?? 0) - (rows[0] ?? 0), expected - 1);
}

suite('bin terminal-preview', { timeoutMs: 240_000 }, (test) => {
  const terminals: [Record<string, string>, boolean, string | undefined][] = [
    [{ COLORTERM: 'truecolor' }, false, undefined],
    [{}, true, undefined],
    [{ TERM: 'xterm-256color' }, true, undefined],
    [{ COLORTERM: 'truecolor' }, true, 'blocks'],
    [{ COLORTERM: 'truecolor', NO_COLOR: '1' }, true, undefined],
    [{ TERM: 'xterm-kitty', COLORTERM: 'truecolor' }, true, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app', COLORTERM: 'truecolor' }, true, 'iterm'],
    [{ TERM: 'dumb', COLORTERM: 'truecolor' }, true, undefined],
    [{ TERM_PROGRAM: 'iTerm.app', TMUX: '/tmp/x', COLORTERM: 'truecolor' }, true, 'blocks'],
  ];
  for (const [environment, isTerminal, expected] of terminals) {
    test(`${JSON.stringify(environment)} ${isTerminal ? 'terminal' : 'pipe'}: ${expected ?? 'no pictures'}`, () =>
      assert.is(previewProtocol(environment, isTerminal), expected));
  }

  test('half blocks: upper pixel in the foreground, lower one in the background', () => {
    const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]); // red green / blue grey
    assert.equal(halfBlocks({ data, width: 2, height: 2, channels: 3 }, { columns: 2, rows: 1 }), [
      '\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[38;2;0;255;0;48;2;9;9;9m▀\x1b[0m',
    ]);
  });

  test('half blocks of a grey picture', () => {
    assert.equal(halfBlocks({ data: Uint8Array.of(7), width: 1, height: 1, channels: 1 }, { columns: 1, rows: 1 }), [
      '\x1b[38;2;7;7;7;48;2;7;7;7m▀\x1b[0m',
    ]);
  });

  // [picture, terminal, cells]
  const shapes: [[number, number], [number, number], [number, number]][] = [
    [
      [128, 128],
      [80, 30],
      [32, 16],
    ],
    [
      [256, 128],
      [80, 30],
      [32, 8],
    ],
    [
      [128, 256],
      [80, 30],
      [16, 16],
    ],
    [
      [128, 128],
      [20, 30],
      [20, 10],
    ],
    [
      [128, 128],
      [80, 10],
      [16, 8],
    ],
    [
      [8192, 64],
      [80, 30],
      [32, 1],
    ],
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  ];
  for (const [[width, height], [across, down], [columns, rows]] of shapes) {
    test(`${width}x${height} on a terminal of ${across}x${down}: ${columns}x${rows} cells`, () =>
      assert.equal(cellsOf({ width, height }, { columns: across, rows: down }), { columns, rows }));
  }

  // The second terminal has fewer rows than the picture needs.
  for (const size of [
    { columns: 80, rows: 30 },
    { columns: 80, rows: 12 },
  ]) {
    test(`blocks of ${size.columns}x${size.rows}: one whole picture, each drawn over the last, nothing cut, the lines above unchanged`, async () => {
      const result = await cliOnTerminal(painting, size, { env: { COLORTERM: 'truecolor', TERM: 'xterm-256color' } });
      assert.is(result.code, 0, result.stderr);
      const above = Array.from({ length: 40 }, (_, index) => `line ${index} of before\n`).join('');
      const { lines, coloured } = screenOf(above + result.stderr, size);
      assert.equal(lines.slice(0, 40), above.trimEnd().split('\n'));
      isWholeBlock(coloured, Math.min(16, size.rows - 2));
      assert.is(lines.filter((line) => line.includes('characters)')).length, 0);
      assert.match(lines.join('\n'), /seed \d+, 128x128, 2 steps/);
      assert.is(lines.filter((line) => /^painting/.test(line)).length, 0, 'the bar is gone at the end');
    });
  }

  const graphics: [string, Record<string, string>][] = [
    ['kitty', { TERM: 'xterm-kitty', TERM_PROGRAM: '' }],
    ['iTerm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }],
    ['WezTerm', { TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }],
  ];
  for (const [name, variables] of graphics) {
    test(`${name}: every picture arrives whole, at any size`, async () => {
      const size = { columns: 80, rows: 30 };
      const env = { ...variables, TMUX: '', KITTY_WINDOW_ID: '', COLORTERM: 'truecolor' };
      const large = ['--width', '256', '--height', '256', '--preview-mode', 'vae'];
      const result: CliResult = await cliOnTerminal([...painting, ...large], size, { env });
      assert.is(result.code, 0, result.stderr);
      const { pictures, lines } = screenOf(result.stderr, size);
      assert.ok(pictures.length >= 1);
      assert.is(new Set(pictures.map(({ line }) => line)).size, 1, 'each over the one before');
      for (const { bytes } of pictures) {
        const { width, height } = await decodeImage(bytes);
        assert.equal([width, height], [256, 256]);
      }
      assert.ok(lines.findIndex((line) => /^seed /.test(line)) >= (pictures[0]?.line ?? 0) + 16, 'what follows stands below it');
    });
  }

  test('JSON lines on a terminal, TERM=dumb and NO_COLOR: no picture, no carriage return, and a line that says so', async () => {
    for (const [flags, env] of [
      [['--log-format', 'json'], { TERM: 'xterm-256color' }],
      [[], { TERM: 'dumb' }],
      [[], { TERM: 'xterm-256color', NO_COLOR: '1' }],
    ] as [string[], Record<string, string>][]) {
      const result = await cliOnTerminal([...painting, ...flags], { columns: 80, rows: 30 }, { env: { COLORTERM: 'truecolor', ...env } });
      assert.is(result.code, 0, result.stderr);
      assert.match(result.stderr, /--preview: this terminal shows no pictures/);
      assert.not.match(result.stderr, /\r|▀|█/);
    }
  });
});
