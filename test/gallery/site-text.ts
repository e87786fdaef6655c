/** What a browser would read in the files of an exported site. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';

/** The elements of a page without texts and values: what a parser takes for markup. */
export const bareTags = (html: string): string => html.replace(/="[^"]*"/g, '=""').replace(/>[^<]*</g, '><');

/** What the data files of a site hand to its script, by name. */
export function siteData(site: string): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const take = (name: string, data: unknown): void => {
    given[name] = JSON.parse(JSON.stringify(data));
  };
  const context = createContext({ siteData: take });
  for (const name of readdirSync(path.join(site, 'data')).sort())
    runInContext(readFileSync(path.join(site, 'data', name), 'utf8'), context);
  return given;
}
