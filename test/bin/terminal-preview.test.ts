import * as assert from 'uvu/assert';
import { halfBlocks, previewProtocol } from '../../bin/terminal-preview.ts';
import { suite } from '../harness.ts';

suite('bin terminal-preview', (test) => {
  const terminals: [Record<string, string>, boolean, string | undefined][] = [
    [{ COLORTERM: 'truecolor' }, false, undefined],
    [{}, true, undefined],
    [{ TERM: 'xterm-256color' }, true, undefined],
    [{ COLORTERM: 'truecolor' }, true, 'blocks'],
    [{ COLORTERM: 'truecolor', NO_COLOR: '1' }, true, undefined],
    [{ TERM: 'xterm-kitty', COLORTERM: 'truecolor' }, true, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app', COLORTERM: 'truecolor' }, true, 'iterm'],
    [{ TERM_PROGRAM: 'iTerm.app', TMUX: '/tmp/x', COLORTERM: 'truecolor' }, true, 'blocks'],
  ];
  for (const [environment, isTerminal, expected] of terminals) {
    test(`${JSON.stringify(environment)} ${isTerminal ? 'terminal' : 'pipe'}: ${expected ?? 'no pictures'}`, () =>
      assert.is(previewProtocol(environment, isTerminal), expected));
  }

  test('half blocks: upper pixel in the foreground, lower one in the background', () => {
    const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]); // red green / blue grey
    assert.equal(halfBlocks({ data, width: 2, height: 2, channels: 3 }, 2, 1), [
      '\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[38;2;0;255;0;48;2;9;9;9m▀\x1b[0m',
    ]);
  });

  test('half blocks of a grey picture', () => {
    assert.equal(halfBlocks({ data: Uint8Array.of(7), width: 1, height: 1, channels: 1 }, 1, 1), ['\x1b[38;2;7;7;7;48;2;7;7;7m▀\x1b[0m']);
  });
});
