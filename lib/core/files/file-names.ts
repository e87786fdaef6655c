import { createHash } from 'node:crypto';

/**
 * File names that come from elsewhere: hubs, servers, users. Any script, spaces, brackets and quotes are allowed. Names that would leave
 * the folder or that some file system cannot store are refused or rewritten.
 */

/** File systems hold 255 bytes; our own endings (".part.lock.<uuid>") need some of them. */
const maxNameBytes = 200;
const deviceOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i;

/** Why no file can have this name; undefined if one can, as it is or rewritten by tameName(). */
export function refusedName(name: string): string | undefined {
  if (name === '') return 'an empty name';
  if (name === '..' || name === '.') return `"${name}", which leads to another folder`;
  if (name.startsWith('.')) return 'a hidden name, with a dot before it';
  if (/[/\\]/.test(name)) return 'a slash or backslash in a name';
  if (/\p{Cc}/u.test(name)) return 'a control character';
  if (/\p{Cs}/u.test(name)) return 'half a character';
  if (deviceOnWindows.test(name)) return 'the name of a device on Windows';
  return undefined;
}

const percent = (character: string): string =>
  encodeURIComponent(character).replace(/^[^%]$/, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/**
 * The name as written on disk. Characters that Windows forbids or that disguise an ending (marks that change the direction of writing) are
 * percent-encoded, and the middle of a very long name is shortened. Different names stay different.
 */
export function tameName(name: string): string {
  const tame = name.replace(/[<>:"|?*%\u200E\u200F\u202A-\u202E\u2066-\u2069]|[. ]+$/gu, (found) => [...found].map(percent).join(''));
  if (Buffer.byteLength(tame) <= maxNameBytes) return tame;
  const ending = /\.[A-Za-z0-9]{1,16}$/.exec(tame)?.[0] ?? '';
  const mark = `~${createHash('sha256').update(name).digest('hex').slice(0, 12)}${ending}`;
  let stem = '';
  for (const character of tame.slice(0, tame.length - ending.length)) {
    if (Buffer.byteLength(stem + character) > maxNameBytes - mark.length) break;
    stem += character;
  }
  return stem + mark;
}
