/** Recognises pictures in unsupported formats in a folder, with advice. */

import { parse } from 'node:path';
import { openPlainFile } from '../core/index.ts';
import { imageKind } from './formats/image-kind.ts';

const save = 'Save them as PNG or JPEG';
const kinds: readonly (readonly [endings: string, reason: string])[] = [
  ['heic heif hif heics heifs', `HEIC pictures (of iPhones and cameras) are not read. ${save}`],
  ['avifs jxl bmp dib jp2 j2k j2c jpf jpx jpm jxr wdp hdp qoi tga pcx ppm pgm pbm pnm pam xbm xpm', `this format is not read. ${save}`],
  ['ico cur icns dds exr hdr pfm sgi rgb ras fits fit', `this format is not read. ${save}`],
  ['psd psb xcf kra clip sai ora afphoto procreate pxd', `files of a painting program are not read. ${save}`],
  ['svg svgz eps ai cdr wmf emf pdf', `drawings without pixels are not read. ${save}`],
  [
    'cr2 cr3 crw nef nrw arw srf sr2 dng orf rw2 raf pef srw x3f raw 3fr iiq erf mrw kdc dcr mos rwl',
    `raw files of cameras are not read. Develop them and ${save.toLowerCase()}`,
  ],
  ['mp4 mov m4v webm mkv avi wmv mpg mpeg gifv', 'videos are not read. Take single pictures out of them'],
  ['zip 7z rar tar tgz gz parquet arrow', 'archives are not read. Unpack them'],
];
const reasons = new Map(kinds.flatMap(([endings, reason]) => endings.split(' ').map((ending): [string, string] => [`.${ending}`, reason])));

/** Number of bytes needed to recognise a format. */
const headBytes = 32;

/**
 * For a file without a supported ending that may still be a picture: why it is not read, and what to do. undefined for other files. Files
 * without ending are recognised by content.
 */
export async function unreadPicture(file: string): Promise<string | undefined> {
  const { ext } = parse(file);
  if (ext !== '') return reasons.get(ext.toLowerCase());
  const handle = await openPlainFile(file).catch(() => undefined); // unreadable: no usable picture
  try {
    const head = await handle?.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const kind = head && imageKind(head.buffer.subarray(0, head.bytesRead));
    return kind && `pictures are known by the ending of their name. Add .${kind === 'jpeg' ? 'jpg' : kind}`;
  } catch {
    return undefined; // as above
  } finally {
    await handle?.close();
  }
}
