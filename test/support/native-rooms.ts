/** The sub-folders ("rooms") of native/engine, native/train and native/binding, and which of their siblings each may include. */
import path from 'node:path';

/** Room -> rooms of the same top folder it may include. Arrows between the top folders are `nativeArrows` of arrows.ts. */
export const nativeRooms: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  'engine/extensions': [],
  'engine/thread': ['engine'],
  'engine/jobs': ['engine', 'engine/thread'],
  'kernels/amx': [],
  'kernels/fusion': [],
  'kernels/conv': ['kernels/amx', 'kernels/fusion'],
  'kernels/product': ['kernels/amx', 'kernels/conv'],
  clip: [],
  'train/graph': [],
  'train/autodiff/rules': ['train/graph'],
  'train/autodiff': ['train/autodiff/rules', 'train/graph'],
  'train/families': ['train/graph'],
  'train/network': ['train/families', 'train/graph'],
  'train/loading': ['train/network', 'train/families', 'train/graph'],
  'train/encoders': ['train/loading', 'train/network', 'train/families', 'train/autodiff', 'train/graph'],
  'train/model': ['train/encoders', 'train/loading', 'train/network', 'train/families', 'train/autodiff', 'train/graph'],
  'train/optimizers': [],
  'train/session': ['train/optimizers', 'train/model', 'train/families'],
  'binding/runtime': [],
  'binding/generated': [],
  'binding/requests': ['binding/generated', 'binding/runtime'],
  'binding/objects': ['binding/generated', 'binding/requests', 'binding/runtime'],
  binding: ['binding/generated', 'binding/objects', 'binding/requests', 'binding/runtime'],
};

/** Files of native/ that `text` includes, relative to native/. `own` lists all there are outside vendor. */
export function ownIncludes(text: string, own: ReadonlySet<string>): string[] {
  return [...text.matchAll(/^\s*#\s*include\s*["<]([^">]+)[">]/gm)].map(([, name = '']) => name).filter((name) => own.has(name));
}

/** Faults in the includes of `file` (relative to native/) inside its top folder; [] if none. */
export function checkRoom(file: string, text: string, own: ReadonlySet<string>): string[] {
  const room = path.posix.dirname(file);
  const allowed = nativeRooms[room];
  if (!allowed) return [`${file}: room ${room} is not in test/support/native-rooms.ts`];
  return ownIncludes(text, own)
    .filter((target) => target.split('/')[0] === file.split('/')[0])
    .filter((target) => path.posix.dirname(target) !== room && !allowed.includes(path.posix.dirname(target)))
    .map((target) => `${file}: no arrow from ${room} to ${path.posix.dirname(target)} (${target})`);
}

/** Functions of a formatted C++ file with more than `most` lines, as "<lines> lines: <first line>". */
export function longFunctions(text: string, most: number): string[] {
  const lines = text.split('\n');
  const found: string[] = [];
  for (const indent of ['', '    ']) {
    let start = -1;
    lines.forEach((line, at) => {
      const opens = line.startsWith(indent) && /^\S.*\{$/.test(line.slice(indent.length));
      if (start < 0 && opens && !/^\s*(namespace|class|struct|enum|union|extern|template)\b/.test(line)) start = at;
      else if (start >= 0 && line.startsWith(`${indent}}`)) {
        if (at - start + 1 > most) found.push(`${at - start + 1} lines: ${lines[start]?.trim()}`);
        start = -1;
      }
    });
  }
  return found;
}
