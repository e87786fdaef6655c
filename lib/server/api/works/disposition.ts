import { tameName } from '../../../core/index.ts';

/**
 * Content-Disposition with a file name that no system refuses: in ASCII, and in UTF-8 (RFC 6266, RFC 8187).
 *
 * @param title becomes the name; what it may not hold is left out
 */
export function disposition(kind: 'inline' | 'attachment', title: string, ending: string): string {
  const name = `${tame(title)}.${ending}`;
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
    .replace(/^[ .]+/, '');
  const utf8 = encodeURIComponent(name).replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${ascii === `.${ending}` || ascii === ending ? `work.${ending}` : ascii}"; filename*=UTF-8''${utf8}`;
}

const longest = 80;

function tame(title: string): string {
  const short = [...title.replace(/[\p{Cc}\p{Cf}\p{Cs}\\/]/gu, ' ')].slice(0, longest).join('').replace(/\s+/g, ' ').trim();
  return tameName(short).replace(/^[. ]+|[. ]+$/g, '') || 'work';
}
