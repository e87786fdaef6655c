import * as assert from 'uvu/assert';
import { plainJson, plainText } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

suite('text from elsewhere', (test) => {
  const table: [string, string, string][] = [
    ['a colour', '\u001b[31mred\u001b[0m', 'red'],
    ['a title of the window', 'fox\u001b]0;owned\u0007', 'fox'],
    ['a screen that is erased', '\u001b[2J\u001b[Hfox', 'fox'],
    ['C1 instead of ESC [', '\u009b31mfox', 'fox'],
    ['a lone ESC, BEL, backspace, DEL', 'f\u001b\u0007o\u0008x\u007f', 'fox'],
    ['a line that is written over', 'rm -rf\rfox', 'rm -rf\nfox'],
    ['direction marks', 'fox\u202egnp.exe\u2066\u2069', 'foxgnp.exe'],
    ['characters of no width', 'f\u200bo\ufeffx\u2060', 'fox'],
    ['tags', 'fox\u{e0041}\u{e007f}', 'fox'],
    ['half of a pair', 'fox\ud83d', 'fox'],
    ['emoji with joiners, Persian, accents, tabs, lines stay', '👩‍🎨 می‌خواهم é\tx\ny', '👩‍🎨 می‌خواهم é\tx\ny'],
  ];
  for (const [what, given, expected] of table) test(what, () => assert.is(plainText(given), expected));
  test('JSON keeps its value, in characters that command nothing', () => {
    const value = { prompt: 'a\u001b[2J\u009b1m\u202e\u200b\u{e0041}é🦊', more: ['\ud83d'] };
    const text = plainJson(JSON.stringify(value));
    assert.equal(JSON.parse(text), value);
    assert.not.match(text, /[\u0080-\u009f\u202e\u200b]/);
    assert.match(text, /é🦊/);
  });
});
