/** Paths in answers: clients learn what a file is called in the home, never where the home is. */
import { basename, isAbsolute, relative, sep } from 'node:path';
import type { Home } from '../core/index.ts';

/** A path inside the home relative to it, any other absolute path as the name of its file; other texts stay. */
export function shownPath(path: string, { folder }: Home): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(folder, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? basename(path) : inside.split(sep).join('/');
}

/** Fields of stored options and results that hold paths. */
const pathFields = new Set([
  'path',
  'file',
  'model',
  'clip',
  'taste',
  'lora',
  'loras',
  'panel',
  'embedding',
  'out',
  'vae',
  'taesd',
  'folder',
  'place',
]);

/** Whether a field of this name holds a path. */
export const isPathField = (field: string): boolean => pathFields.has(field);

/** The same for all fields of a JSON value that hold paths. */
export function withoutPaths(value: unknown, home: Home, field = ''): unknown {
  if (typeof value === 'string') return pathFields.has(field) ? shownPath(value, home) : value;
  if (Array.isArray(value)) return value.map((item) => withoutPaths(item, home, field));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutPaths(inner, home, key)]));
}
