// XML 1.0 has no such characters, nor halves of surrogate pairs: a document with one is not read at all.
const notInXml =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML, such as a label in SVG. @param instead for characters that XML cannot have */
export const xmlText = (text: string, instead = ''): string =>
  text.replace(notInXml, instead).replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
