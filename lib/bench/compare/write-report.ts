import path from 'node:path';
import { writeOutput } from '../../core/index.ts';
import { svgOf } from './chart.ts';
import type { Comparison } from './compare.ts';
import { markdownOf } from './markdown.ts';
import { pageOf } from './page.ts';

export const reportEndings = ['.md', '.html', '.svg'] as const;

/** The files of a report: of Markdown two, because it shows its charts from an SVG beside it. */
export function reportFiles(file: string): string[] {
  const { dir, name, ext } = path.parse(file);
  return ext.toLowerCase() === '.md' ? [file, path.join(dir, `${name}.svg`)] : [file];
}

/**
 * Writes a comparison as Markdown with its charts (.md, .svg), a page (.html) or charts (.svg).
 *
 * @returns the files
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_WRITE, ERR_DISK_FULL
 */
export async function writeReport(
  file: string,
  comparison: Comparison,
  { overwrite = false }: { overwrite?: boolean } = {},
): Promise<string[]> {
  const files = reportFiles(file);
  const textOf = (one: string): string => {
    const ending = path.extname(one).toLowerCase();
    if (ending === '.md') return markdownOf(comparison, path.basename(files[1] ?? ''));
    return ending === '.svg' ? svgOf(comparison) : pageOf(comparison);
  };
  for (const one of files) await writeOutput(one, textOf(one), { overwrite, name: 'out' });
  return files;
}
