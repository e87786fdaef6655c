/** What the page may import: its own files, the packages of package.json, types of the library, and values of library files that import nothing. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { importsOf, readText } from './arrows.ts';

const importLine = /^import\s+(type\s+)?[^;]*?from\s*'([^']+)';/gm;

/** Imports of a file of web/ that are not allowed: "web/a.ts: imports values of lib/b.ts, which imports others". */
export function checkWeb(root: string, file: string, text: string, packages: readonly string[]): string[] {
  const isType = new Map([...text.matchAll(importLine)].map(([, type, from = '']) => [from, type !== undefined]));
  return importsOf(text).flatMap((specifier) => {
    if (isType.get(specifier) === true) return [];
    if (!specifier.startsWith('.')) {
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
      return packages.includes(name) ? [] : [`${file}: ${name} is not among the packages`];
    }
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
    if (target.startsWith('web/')) return [];
    if (!target.startsWith('lib/')) return [`${file}: imports ${target}`];
    if (!existsSync(path.join(root, target))) return [`${file}: ${target} does not exist`];
    const inner = [...readText(root, target).matchAll(importLine)].filter(([, type]) => type === undefined);
    return inner.length === 0 ? [] : [`${file}: imports values of ${target}, which imports others`];
  });
}
