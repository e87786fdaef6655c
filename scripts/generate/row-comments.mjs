/** The JSDoc above the rows of the option tables (lib/engine/options): the long text that editors and the docs show. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Map of the tables in one file: name of the table -> key of the row -> its comment; '' where it has none. */
function tablesIn(text) {
  const tables = new Map();
  for (const [, name, body] of text.matchAll(/const (\w+) = rows\(\{\n(.*?)\n\}\);/gs)) {
    const comments = new Map();
    for (const [, comment = '', key] of body.matchAll(/(?:^ {2}\/\*\* (.*) \*\/\n)?^ {2}(\w+): /gm)) comments.set(key, comment);
    tables.set(name, comments);
  }
  return tables;
}

/** Comments of the rows that stand in each `rows({ … })` in the folder of this URL, without those of other tables spread into it. */
export function rowComments(folder) {
  const files = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.ts'));
  return new Map(files.flatMap((name) => [...tablesIn(readFileSync(new URL(name, folder), 'utf8'))]));
}
