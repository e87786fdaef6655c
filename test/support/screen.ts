/** A minimal terminal emulator: enough to check where a program draws. */
export interface Screen {
  /** Every line, including scrolled-off ones, without colours. */
  lines: string[];
  /** Lines with at least one cell that has a background colour. */
  coloured: number[];
  /** Pictures sent with the kitty or iTerm2 protocol: their first line and the whole file. */
  pictures: { line: number; bytes: Buffer }[];
}

const tokens = /\x1b_G([^;]*);([^\x1b]*)\x1b\\|\x1b\]1337;File=[^:]*:([^\x07]*)\x07|\x1b\[([\d;]*)([A-Za-z])|\x1b[78]|./gsu;

export function screenOf(sent: string, size: { columns: number; rows: number }): Screen {
  const lines = [''];
  const coloured = new Set<number>();
  const pictures: Screen['pictures'] = [];
  let [row, column, background, kept] = [0, 0, false, ''];
  let saved = { row: 0, column: 0 };
  const top = (): number => Math.max(0, lines.length - size.rows);
  const down = (): void => {
    row++;
    if (row === lines.length) lines.push('');
  };
  const put = (character: string): void => {
    if (column === size.columns) {
      down();
      column = 0;
    }
    const line = [...(lines[row] ?? '').padEnd(column)];
    line[column++] = character;
    lines[row] = line.join('');
    if (background) coloured.add(row);
  };
  const control = (numbers: string, letter: string): void => {
    const count = Number(numbers || 1);
    if (letter === 'A') row = Math.max(top(), row - count);
    else if (letter === 'B') row = Math.min(lines.length - 1, row + count);
    else if (letter === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (letter === 'm') background = numbers.includes('48;');
    else throw new Error(`the screen does not know ESC[${numbers}${letter}`);
  };
  for (const [token, keys, chunk, whole, numbers, letter] of sent.matchAll(tokens)) {
    if (chunk !== undefined) {
      kept += chunk;
      if (/m=1/.test(keys ?? '')) continue;
      pictures.push({ line: row, bytes: Buffer.from(kept, 'base64') });
      kept = '';
    } else if (whole !== undefined) pictures.push({ line: row, bytes: Buffer.from(whole, 'base64') });
    else if (letter !== undefined) control(numbers ?? '', letter);
    else if (token === '\x1b7') saved = { row, column };
    else if (token === '\x1b8') ({ row, column } = saved);
    else if (token === '\r') column = 0;
    else if (token === '\n') {
      down();
      column = 0;
    } else put(token);
  }
  return { lines: lines.map((line) => line.trimEnd()), coloured: [...coloured].sort((a, b) => a - b), pictures };
}
