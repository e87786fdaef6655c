#!/usr/bin/env node
/**
 * Checks what the Markdown pages of the repository point at: relative links and pictures, headings behind `#`, `npm run` scripts, and files
 * of ours named in backticks.
 * `node scripts/check-links.mjs [FOLDER]`; prints one line per fault as `file:line: what`, and fails if there is one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(process.argv[2] ?? path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' });
const pages = listed.split('\n').filter((name) => name !== '' && existsSync(path.join(root, name)));
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Lines of a page; those within code fences are empty. */
function proseLines(file) {
  let fence;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined && mark === undefined) return line;
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence)) fence = undefined;
      return '';
    });
}

/** The names that GitHub gives to a page's headings, and ids set in HTML. */
function anchorsOf(file) {
  const anchors = new Set();
  for (const line of proseLines(file)) {
    for (const [, id] of line.matchAll(/<[^>]+\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
    let name = slug;
    for (let count = 1; anchors.has(name); count++) name = `${slug}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

function* targetsOf(line) {
  const prose = line.replace(/`[^`]*`/g, '');
  for (const [, target] of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) yield target;
  for (const [, target] of prose.matchAll(/\s(?:href|src)="([^"]+)"/g)) yield target;
  const defined = /^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(\s|$)/.exec(prose)?.[1];
  if (defined !== undefined) yield defined;
}

/** Files of ours named in backticks. Placeholders (NNNN-name, <name>, *) are none, and the engine's source is only there once it is vendored. */
function* pathsOf(line) {
  for (const [, name] of line.matchAll(/`((?:bench|bin|docs|lib|native|scripts|test)\/[\w./-]+)`/g))
    if (!/NNNN|^native\/vendor\/engine\//.test(name)) yield name;
}

function faultOf(target, page) {
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined;
  const [name, anchor] = decodeURIComponent(target).split('#');
  const file = name === '' ? path.join(root, page) : path.resolve(root, path.dirname(page), name);
  if (path.relative(root, file).startsWith('..')) return `${target} leaves the repository`;
  if (!existsSync(file)) return `${target} does not exist`;
  if (!anchor || !file.endsWith('.md') || anchorsOf(file).has(anchor)) return undefined;
  return `${target}: the page has no such heading`;
}

let faults = 0;
for (const page of pages) {
  const say = (line, what) => {
    faults += 1;
    console.error(`${page}:${line + 1}: ${what}`);
  };
  for (const [at, line] of proseLines(path.join(root, page)).entries()) {
    for (const target of targetsOf(line)) {
      const fault = faultOf(target, page);
      if (fault !== undefined) say(at, fault);
    }
    for (const name of pathsOf(line)) if (!existsSync(path.join(root, name))) say(at, `${name} does not exist`);
    for (const [, name] of line.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g))
      if (scripts?.[name] === undefined) say(at, `npm run ${name}: package.json has no such script`);
  }
}
if (faults > 0) process.exitCode = 1;
