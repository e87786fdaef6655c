import { readFile, writeFile } from 'node:fs/promises';

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`page: expected ${begin} and, behind it, ${end}`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}

export async function replaceSection(path: string, name: string, text: string): Promise<void> {
  await writeFile(path, withSection(await readFile(path, 'utf8'), name, text));
}
