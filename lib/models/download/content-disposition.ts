import { refusedName } from '../../core/index.ts';

/** The file name in a Content-Disposition header (RFC 6266, RFC 8187), without folders. undefined if there is no usable one. */
export function fileNameOf(header: string | null): string | undefined {
  if (header === null) return undefined;
  const extended = /;\s*filename\*\s*=\s*([\w-]{1,40})'[^']{0,40}'([^;\s]{1,2000})/i.exec(header);
  const plain = /;\s*filename\s*=\s*(?:"((?:\\.|[^"\\]){0,2000})"|([^;\s"]{1,2000}))/i.exec(header);
  const given = extended === null ? undefined : decodeExtended(extended[1] ?? '', extended[2] ?? '');
  const name = (given ?? decodePlain((plain?.[1] ?? plain?.[2] ?? '').replace(/\\(.)/g, '$1'))).split(/[\\/]/).pop()?.trim() ?? '';
  return refusedName(name) === undefined ? name : undefined;
}

function decodeExtended(charset: string, text: string): string | undefined {
  try {
    return /^utf-?8$/i.test(charset) ? decodeURIComponent(text) : undefined;
  } catch {
    return undefined; // a broken escape: use the plain name
  }
}

/** Headers come as Latin-1; most servers mean UTF-8. */
function decodePlain(text: string): string {
  if (/[^\0-\xff]/.test(text)) return text;
  const utf8 = Buffer.from(text, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? text : utf8;
}
