/** The texts in a picture file. */
export interface FileTexts {
  /** PNG: keyword -> text, the first of equal keywords. */
  png: Map<string, string>;
  /** EXIF: tag -> text. */
  exif: Map<number, string>;
  /** XMP packets, the main one first. */
  xmp: string[];
  /** JPEG comments. */
  comments: string[];
  /** IPTC caption. */
  caption: string | undefined;
}
