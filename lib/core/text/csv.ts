/** Tables as spreadsheets write them (RFC 4180): quoted cells may hold separators, line breaks, and quotes, which are doubled. */
export interface TableRow {
  /** Line of the file where the row begins, from 1. */
  line: number;
  cells: string[];
}

/** The separator of a table's header: comma, else semicolon or tab, which some programs and countries use. */
export function separatorOf(text: string): string {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  return [',', ';', '\t'].find((each) => header.includes(each)) ?? ',';
}

/**
 * The rows of a table; empty ones are left out.
 *
 * @param wrong makes the error of a wrong cell from its place (line from 1; number of the row among those read, from 1) and what is wrong
 */
export function parseTable(
  text: string,
  separator: string,
  wrong: (place: { line: number; row: number }, message: string) => Error,
): TableRow[] {
  const rows: TableRow[] = [];
  const stop = new RegExp(`[${separator}\r\n]`, 'g');
  let line = 1;
  let row: TableRow = { line, cells: [] };
  for (let at = 0; at < text.length; ) {
    let cell: string;
    if (text[at] === '"') {
      const place = { line, row: rows.length + 1 };
      let end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') {
        if (end >= text.length) throw wrong(place, 'expected a quote that ends the cell, got none');
        end += text[end] === '"' ? 2 : 1;
      }
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      line += cell.split(/\r\n|\r|\n/).length - 1;
      at = end + 1;
      if (at < text.length && !`${separator}\r\n`.includes(text[at] ?? ''))
        throw wrong(place, `expected ${JSON.stringify(separator)} behind a cell in quotes, got ${text[at]}`);
    } else {
      stop.lastIndex = at;
      const end = stop.exec(text)?.index ?? text.length;
      cell = text.slice(at, end);
      at = end;
    }
    row.cells.push(cell);
    if (text[at] === separator) {
      at++;
      if (at < text.length) continue;
      row.cells.push('');
    }
    if (row.cells.some((value) => value.trim() !== '')) rows.push(row);
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    row = { line, cells: [] };
  }
  return rows;
}
