import * as assert from 'uvu/assert';
import { isArtistError, seededRandom } from '../../lib/core/index.ts';
import { expandTemplate, parseWordList, type WordLists } from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';

const listsOf = (lists: Record<string, string>): WordLists =>
  new Map(Object.entries(lists).map(([name, text]) => [name, parseWordList(text)]));

function expand(
  text: string,
  { seed = 1, lists = {}, values = {} }: { seed?: number; lists?: Record<string, string>; values?: Record<string, string> } = {},
) {
  return expandTemplate(text, { chance: seededRandom(seed), lists: listsOf(lists), values });
}

function many(text: string, lists: Record<string, string> = {}, draws = 2000): Map<string, number> {
  const chance = seededRandom(5);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { text: drawn } = expandTemplate(text, { chance, lists: listsOf(lists) });
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  return counts;
}

suite('prompt templates', (test) => {
  test('text without marks stays byte for byte', () => {
    for (const text of ['', 'a red fox', 'fox_in_the_snow, _x_ __', '(a:1.2) [b] \\(c\\) <lora:d:0.8> 5$ a|b::c', '  two  spaces ', '🦊 é'])
      assert.equal(expand(text), { text, choices: [] });
  });

  test('alternatives come with their weights; 0 is never', () => {
    const counts = many('{a|b|2::c|0::d}');
    assert.equal([...counts.keys()].sort(), ['a', 'b', 'c']);
    // Of 2000: 500, 500, 1000; four deviations are 77 and 89.
    assert.ok(Math.abs((counts.get('a') ?? 0) - 500) < 77);
    assert.ok(Math.abs((counts.get('c') ?? 0) - 1000) < 89);
  });

  test('they nest, may be empty, and keep their blanks', () => {
    assert.equal([...many('a {{dark |}red|blue} fox').keys()].sort(), ['a blue fox', 'a dark red fox', 'a red fox']);
  });

  test('word lists: weights, remarks, lists in lists, folders', () => {
    const lists = { season: '# of the year\n\n3::summer\nwinter\r\n', 'place/water': 'lake in __season__\n{sea|river}' };
    const counts = many('__season__', lists);
    assert.ok(Math.abs((counts.get('summer') ?? 0) - 1500) < 78);
    assert.equal([...many('__place/water__', lists).keys()].sort(), ['lake in summer', 'lake in winter', 'river', 'sea']);
  });

  test('what was drawn is on the record, with what there was', () => {
    const { text, choices } = expand('{a|3::b} __x__', { lists: { x: 'one' } });
    assert.equal(choices.length, 2);
    assert.equal(choices[0]?.offered, [
      { value: 'a', weight: 1 },
      { value: 'b', weight: 3 },
    ]);
    assert.is(choices[0]?.how, 'drawn');
    assert.equal(choices[1], { what: 'wildcard', name: 'x', how: 'only', chosen: 'one', of: 1, offered: [{ value: 'one', weight: 1 }] });
    assert.is(text, `${choices[0]?.chosen} one`);
    const long = expand('__x__', { lists: { x: Array.from({ length: 1000 }, (_, index) => `line ${index}`).join('\n') } });
    assert.equal([long.choices[0]?.of, long.choices[0]?.offered], [1000, undefined]);
  });

  test('the same chance, the same text; another, another', () => {
    const text = '{a|b|c|d|e|f|g|h} {1|2|3|4|5|6|7|8}';
    assert.is(expand(text, { seed: 9 }).text, expand(text, { seed: 9 }).text);
    assert.ok(new Set(Array.from({ length: 20 }, (_, seed) => expand(text, { seed }).text)).size > 10);
  });

  test('values and conditions, also on what a list gave', () => {
    const values = { style: 'ink', light: '' };
    assert.is(expand('{style}{?light:, {light}}{?style=INK: on paper|on canvas}', { values }).text, 'ink on paper');
    assert.is(expand('{?!light: dark|bright}{?style=oil: x|y}', { values }).text, ' darky');
    assert.is(expand('__hue__{?hue=red:, burning}', { lists: { hue: 'red' } }).text, 'red, burning');
    assert.is(
      expand('__hue__ and {hue}', { lists: { hue: '{red|blue|green}' } })
        .text.split(' and ')
        .every((hue, _, [first]) => hue === first),
      true,
    );
  });

  test('a backslash takes the meaning away', () => {
    assert.equal([expand('\\{a\\|b\\} \\__x\\__ \\(c\\)').text, expand('{a\\|b|a\\|b}').text], ['{a|b} __x__ \\(c\\)', 'a|b']);
  });

  // [text, what the message says]
  const wrong: [string, RegExp][] = [
    ['a {b|c', /expected a } for the \{ at character 3, got the end/],
    ['a } b', /expected a \{ before the } at character 3/],
    ['__seson__', /got __seson__\. Did you mean season\?/],
    ['__nothing-like-it__', /got __nothing-like-it__\. There: season, a, b, empty/],
    ['{unknown}', /expected a value that is there, got \{unknown}/],
    ['{?x}', /expected \{\?name: text}/],
    ['{?x: a|b|c}', /expected at most one \|/],
    ['__a__', /circle: __a__ → __b__ → __a__/],
    ['__empty__', /__empty__: expected an option with a weight above 0, got no option/],
    ['{0::a|0::b}', /expected an option with a weight above 0/],
    [`${'{'.repeat(40)}x`, /at most 16 deep/],
    ['x'.repeat(20_001), /at most 20000 characters/],
  ];
  test('what cannot be read is refused in words, and quickly', () => {
    const lists = { season: 'x', a: 'to __b__', b: 'to __a__', empty: '# none' };
    for (const [text, says] of wrong) {
      let caught: unknown;
      try {
        expand(text, { lists });
      } catch (error) {
        caught = error;
      }
      assert.ok(isArtistError(caught, 'ERR_INVALID_ARGUMENT'), text.slice(0, 40));
      assert.match((caught as Error).message, says);
    }
  });

  test('lists that multiply end at a bound instead of filling the memory', () => {
    const lists = Object.fromEntries(
      Array.from({ length: 15 }, (_, level) => [`l${level}`, Array.from({ length: 10 }, () => `__l${level + 1}__`).join(' ')]),
    );
    assert.throws(() => expand('__l0__', { lists: { ...lists, l15: 'x' } }), /at most 500 choices/);
  });
});
