/** Paths of the page, which the browser and the server both know. No imports: the page bundles this file. */

/** The first part of each path at which the page may be opened. */
export const pagePaths = [
  'works',
  'collections',
  'duplicates',
  'studio',
  'queue',
  'artist',
  'publish',
  'training',
  'figures',
  'map',
  'compare',
  'duel',
  'cull',
  'slideshow',
  'kiosk',
  'calendar',
  'share',
  'settings',
  'health',
] as const;
export type PagePath = (typeof pagePaths)[number];
