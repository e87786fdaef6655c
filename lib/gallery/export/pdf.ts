/** A PDF of pictures, one on each page: a few objects around JPEG streams (ISO 32000-1, 7.5 and 8.9.5). */

export interface PdfPage {
  jpeg: Uint8Array;
  /** Pixels. */
  width: number;
  height: number;
}

/** Points of a page, 72 to an inch. */
export interface PdfPaper {
  width: number;
  height: number;
}

/** A text string in UTF-16 with its byte order mark, as hex. */
const textString = (text: string): string => `<FEFF${Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()}>`;

/** The file as parts that follow each other: the pages are not copied. */
export function pdfOf(pages: readonly PdfPage[], paper: PdfPaper, title: string): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  let length = 0;
  const add = (part: Uint8Array | string): void => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    parts.push(bytes);
    length += bytes.length;
  };
  const begin = (number: number): void => {
    offsets[number] = length;
    add(`${number} 0 obj\n`);
  };
  const object = (number: number, dictionary: string): void => {
    begin(number);
    add(`${dictionary}\nendobj\n`);
  };
  const stream = (number: number, dictionary: string, content: Uint8Array): void => {
    begin(number);
    add(`<< ${dictionary} /Length ${content.length} >>\nstream\n`);
    add(content);
    add('\nendstream\nendobj\n');
  };
  // 1 catalogue, 2 page tree, 3 title; then page, content and picture of each page.
  const first = (page: number): number => 4 + 3 * page;
  // The second line says that the file is not text.
  add('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n');
  object(1, '<< /Type /Catalog /Pages 2 0 R >>');
  object(2, `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${first(at)} 0 R`).join(' ')}] >>`);
  object(3, `<< /Title ${textString(title)} /Producer (ai-artist) >>`);
  for (const [at, { jpeg, width, height }] of pages.entries()) {
    const [page, content, picture] = [first(at), first(at) + 1, first(at) + 2];
    object(
      page,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${paper.width} ${paper.height}] /Contents ${content} 0 R /Resources << /XObject << /P ${picture} 0 R >> >> >>`,
    );
    stream(content, '', Buffer.from(`q ${paper.width} 0 0 ${paper.height} 0 0 cm /P Do Q`, 'latin1'));
    stream(
      picture,
      `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`,
      jpeg,
    );
  }
  const count = first(pages.length);
  const start = length;
  add(`xref\n0 ${count}\n0000000000 65535 f \n`);
  for (let number = 1; number < count; number++) add(`${String(offsets[number]).padStart(10, '0')} 00000 n \n`);
  add(`trailer\n<< /Size ${count} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return parts;
}
