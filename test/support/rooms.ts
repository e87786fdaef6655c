/** The rules of docs/architecture.md about files and folders: import cycles, crowded folders, doors, long functions. */
import path from 'node:path';
import { importsOf } from './arrows.ts';

/** Most source files of one folder, its sub-folders not counted. */
export const mostFilesInFolder = 15;

/** Relative imports of each file, type imports included, as paths from the root. `files` maps path to text. */
function importGraph(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const targets = (file: string, text: string): string[] =>
    importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)))
      .filter((target) => files.has(target));
  return new Map([...files].map(([file, text]) => [file, targets(file, text)]));
}

/** Cycles of a graph, one per back edge of a depth-first walk, as "a -> b -> a". */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const left = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    const start = trail.indexOf(node);
    if (start >= 0) found.push([...trail.slice(start), node].join(' -> '));
    if (start >= 0 || left.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    left.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

/** Files that import each other, directly or through others. */
export function importCircles(files: ReadonlyMap<string, string>): string[] {
  return circles(importGraph(files));
}

/** Folders with more than `mostFilesInFolder` of `files`: "lib/train: 51 files". */
export function crowds(files: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > mostFilesInFolder).map(([folder, count]) => `${folder}: ${count} files`);
}

/** Doors besides lib/<folder>/index.ts, which is a folder's only one. */
export function secondDoors(files: readonly string[]): string[] {
  return files.filter((file) => path.posix.basename(file) === 'index.ts' && !/^lib\/([^/]+\/)?index\.ts$/.test(file));
}

/** Most lines of a command file: declare, call, print. */
export const mostCommandLines = 60;

const lineCount = (text: string): number => text.trimEnd().split('\n').length;

/** Files of bin/commands that are too long: "bin/commands/x.ts: 61 lines". `files` maps path to text. */
export function longCommands(files: ReadonlyMap<string, string>, allowed: Readonly<Record<string, string>> = {}): string[] {
  return [...files]
    .filter(([file, text]) => file.startsWith('bin/commands/') && allowed[file] === undefined && lineCount(text) > mostCommandLines)
    .map(([file, text]) => `${file}: ${lineCount(text)} lines`);
}

/** Files of bin that read or write files themselves. */
export function fileAccessInBin(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([file, text]) => file.startsWith('bin/') && importsOf(text).some((specifier) => /^(node:)?fs(\/|$)/.test(specifier)))
    .map(([file]) => file);
}

/** Files of bin beside its folders that are no entry. */
export function looseInBin(files: readonly string[]): string[] {
  return files.filter((file) => /^bin\/[^/]+$/.test(file) && !/^bin\/ai-artist(-\w+)?\.ts$/.test(file));
}

/** The only file that may know the layout of a home. */
const homeLayout = 'lib/core/home.ts';

/** Forms of a path join with a home, or with a name that only a home contains. */
const joined = [
  /\b(?:join|resolve)\(\s*(?:[\w.#]*[.#])?(?:home|homeFolder\([^)]*\)|homeOf\([^)]*\)(?:\.\w+)*)\s*,/,
  /\bjoin\((?!packageRoot\(\))[^;]*?'(?:state|loras|training|models|cache|wildcards|proposals|(?:taste|duels|curation)\.json|config\.yaml)'/,
  /`\$\{(?:[\w.#]*[.#])?home\}\//,
];

/** Lines that join a path of the home outside its layout: "lib/a.ts: join(home, 'state')". */
export function homeJoins(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([file]) => file !== homeLayout)
    .flatMap(([file, text]) =>
      text
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && joined.some((form) => form.test(line)))
        .map((line) => `${file}: ${line.trim()}`),
    );
}
