/** XMP packets (ISO 16684-1): built from a template, read by plain scanning. No XML parser, so no entities to expand and no bombs. */

const iptcExt = 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/';
const sourceTypes = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

/** Namespace of our own property, `aiArtist:Recipe`. */
const aiArtist = 'urn:ai-artist:xmp:1:';

/** IPTC's terms for the origin of a picture (NewsCodes, digitalsourcetype). */
export type DigitalSourceType = 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia' | 'algorithmicallyEnhanced';

function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML 1.0 cannot represent these; a reader would reject the whole packet.
      .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ' ')
  );
}

export interface XmpContent {
  digitalSourceType: DigitalSourceType;
  /** e.g. "ai-artist 0.1.0". */
  creatorTool: string;
  /** Our exact recipe, as JSON. */
  recipeJson?: string;
  /** MD5 of the extended packet (JPEG only, XMP part 3, section 1.1.3.1). */
  extendedGuid?: string;
}

function wrap(description: string): string {
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' +
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n' +
    `${description} </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>`
  );
}

export function xmpPacket({ digitalSourceType, creatorTool, recipeJson, extendedGuid }: XmpContent): string {
  return wrap(
    `  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="${iptcExt}" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmlns:aiArtist="${aiArtist}">\n` +
      `   <Iptc4xmpExt:DigitalSourceType>${sourceTypes}${digitalSourceType}</Iptc4xmpExt:DigitalSourceType>\n` +
      `   <xmp:CreatorTool>${escapeXml(creatorTool)}</xmp:CreatorTool>\n` +
      (extendedGuid === undefined ? '' : `   <xmpNote:HasExtendedXMP>${extendedGuid}</xmpNote:HasExtendedXMP>\n`) +
      (recipeJson === undefined ? '' : `   <aiArtist:Recipe>${escapeXml(recipeJson)}</aiArtist:Recipe>\n`) +
      '  </rdf:Description>\n',
  );
}

/** A packet with only the recipe, for JPEG's extended XMP if it does not fit into the 65 kB of one segment. */
export function extendedXmpPacket(recipeJson: string): string {
  return (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    `<rdf:Description rdf:about="" xmlns:aiArtist="${aiArtist}"><aiArtist:Recipe>${escapeXml(recipeJson)}</aiArtist:Recipe></rdf:Description></rdf:RDF></x:xmpmeta>`
  );
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  const data = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text);
  if (data !== null) return data[1] ?? '';
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return named[name] ?? whole;
      const point = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal ?? '', 10);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** The text inside an element, without the tags of its rdf:Alt, rdf:Seq, rdf:Bag and rdf:li. */
function innerText(xml: string): string {
  const item = xml.indexOf('<rdf:li');
  if (item < 0) return unescapeXml(xml);
  const open = xml.indexOf('>', item);
  const close = xml.indexOf('</rdf:li>', open);
  return open < 0 || close < 0 ? '' : unescapeXml(xml.slice(open + 1, close));
}

/** Value of a simple property by its qualified name as in the packet, from an element or attribute; undefined if absent. */
export function xmpProperty(xmp: string, name: string): string | undefined {
  const tag = `<${name}`;
  for (let at = xmp.indexOf(tag); at >= 0; at = xmp.indexOf(tag, at + 1)) {
    const next = xmp.charAt(at + tag.length);
    if (next !== '>' && !/\s/.test(next)) continue;
    const open = xmp.indexOf('>', at);
    const close = open < 0 ? -1 : xmp.indexOf(`</${name}>`, open);
    if (close >= 0) return innerText(xmp.slice(open + 1, close));
    break;
  }
  for (const quote of ['"', "'"]) {
    const start = xmp.indexOf(`${name}=${quote}`);
    if (start < 0) continue;
    const from = start + name.length + 2;
    const end = xmp.indexOf(quote, from);
    if (end >= 0) return unescapeXml(xmp.slice(from, end));
  }
  return undefined;
}
