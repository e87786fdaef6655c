export type { Artwork } from './artwork.ts';
export { Gallery, type GalleryOptions, type ThumbnailSize, thumbnailSizes } from './gallery.ts';
export type { NewWork } from './new-work.ts';
export { type ListOptions, type Page, type SortOrder, sortOrders } from './paging.ts';
export type { PictureFile } from './pictures.ts';
export { parseQuery } from './query.ts';
export type { ScanOptions, SidecarProblem } from './scan.ts';
export { type Sidecar, type SidecarChange, sidecarSchema } from './sidecar.ts';
