/** `ai-artist/core`: the error class and its codes, scopes, the lines of the engine. */

export {
  ArtistError,
  type ArtistErrorOptions,
  type EngineLine,
  type EngineLineLevel,
  type ErrorCode,
  errorCodes,
  isArtistError,
  onEngineLine,
  type Scope,
  withScope,
} from '../core/index.ts';
