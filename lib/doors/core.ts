/** `ai-artist/core`: the error class and its codes, scopes, the engine's log lines. */

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
