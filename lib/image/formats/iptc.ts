import { utf8OrLatin1 } from './text-budget.ts';

/**
 * The part of IPTC-IIM that recipes need: the caption. Photoshop image resources, section "Image Resource Blocks"; IIM 4.2, section 1.5.
 */

const photoshopPrefix = Buffer.from('Photoshop 3.0\0', 'latin1');
const resourceIptc = 0x0404;
const recordApplication = 2;
const dataSetCaption = 120;

/** Caption/Abstract (2:120) of an IPTC block. */
function captionOf(iptc: Buffer): string | undefined {
  for (let at = 0; at + 5 <= iptc.length && iptc[at] === 0x1c; ) {
    const length = iptc.readUInt16BE(at + 3);
    // An extended length has its first bit set; no program writes captions of more than 32 kB.
    if (length > 0x7fff) return undefined;
    if (iptc[at + 1] === recordApplication && iptc[at + 2] === dataSetCaption)
      return utf8OrLatin1(iptc.subarray(at + 5, Math.min(iptc.length, at + 5 + length)));
    at += 5 + length;
  }
  return undefined;
}

/** The IPTC caption in Photoshop's resources (JPEG APP13 and others). Damage ends the reading. */
export function iptcCaption(data: Buffer): string | undefined {
  let at = data.subarray(0, photoshopPrefix.length).equals(photoshopPrefix) ? photoshopPrefix.length : 0;
  while (at + 12 <= data.length && data.toString('latin1', at, at + 4) === '8BIM') {
    const nameLength = 1 + (data[at + 6] ?? 0);
    const sizeAt = at + 6 + nameLength + (nameLength % 2);
    if (sizeAt + 4 > data.length) break;
    const size = data.readUInt32BE(sizeAt);
    if (data.readUInt16BE(at + 4) === resourceIptc) return captionOf(data.subarray(sizeAt + 4, sizeAt + 4 + size));
    at = sizeAt + 4 + size + (size % 2);
  }
  return undefined;
}
