/** What `--topic-rotation` paints in turn. */
export const topics = [
  'nature landscape',
  'abstract art',
  'urban architecture',
  'serene ocean',
  'mountain vista',
  'forest scene',
  'space nebula',
  'sunset sky',
] as const;
