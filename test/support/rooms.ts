/** The rules of docs/architecture.md about files and folders: circles, crowds, doors, long functions. */
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

/** Groups of nodes that can reach each other, by Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972). */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== index.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || (graph.get(node) ?? []).includes(node)) circles.push(group.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}

/** Files that import each other, directly or through others. */
export function importCircles(files: ReadonlyMap<string, string>): string[][] {
  return circlesIn(importGraph(files));
}

/** Folders with more than `mostFilesInFolder` of `files`: "lib/train: 51 files". */
export function crowds(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > mostFilesInFolder).map(([folder, count]) => `${folder}: ${count} files`);
}

/** Doors besides lib/<folder>/index.ts, which is a folder's only one. */
export function secondDoors(files: readonly string[]): string[] {
  return files.filter((file) => path.posix.basename(file) === 'index.ts' && !/^lib\/([^/]+\/)?index\.ts$/.test(file));
}
