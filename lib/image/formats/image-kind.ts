/** Supported picture formats. SVG and PDF are not: they are programs rather than pictures. */
export type ImageKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif';

export const readableKinds = 'PNG, JPEG, WebP, AVIF, TIFF or GIF';

function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  if (bytes.length < at + text.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** The kind of a picture by its first bytes (32 are enough), never by its name. */
export function imageKind(bytes: Uint8Array): ImageKind | undefined {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png';
  if (startsWith(bytes, '\xff\xd8\xff')) return 'jpeg';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'webp';
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'gif';
  if (startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*')) return 'tiff';
  if (startsWith(bytes, 'ftyp', 4) && (startsWith(bytes, 'avi', 8) || startsWith(bytes, 'mif1', 8) || startsWith(bytes, 'msf1', 8)))
    return 'avif';
  return undefined;
}

/** Describes bytes that are no picture, so that the error message shows which wrong file was passed. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  if (startsWith(bytes, 'GGUF')) return 'a GGUF model';
  if (startsWith(bytes, '{"', 8) || startsWith(bytes, '{ ', 8)) return 'a safetensors file';
  if (startsWith(bytes, 'PK\x03\x04')) return 'a ZIP archive';
  if (startsWith(bytes, '%PDF')) return 'a PDF';
  if (startsWith(bytes, 'BM')) return 'a BMP';
  if (startsWith(bytes, 'ftyp', 4)) return 'a HEIC picture or a video';
  if (startsWith(bytes, '<svg') || startsWith(bytes, '<?xml')) return 'an SVG or XML file';
  if (startsWith(bytes, '<')) return 'an HTML or XML file';
  const head = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `bytes of an unknown kind (${head})`;
}
