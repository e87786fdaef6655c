export { ArtistError, type ArtistErrorOptions, type ErrorCode, errorCodes, isArtistError, systemCode } from './errors.ts';
export { lazySchema } from './lazy-schema.ts';
export { display, nearest, resolveOptions } from './options.ts';
export { entryFile, packageRoot } from './package-root.ts';
