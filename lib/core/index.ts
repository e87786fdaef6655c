export { abortSignal } from './abort-signal.ts';
export { answering, asArtistError } from './answering.ts';
export { isDiskFull, renameOver, syncFolder, writeError, writeFileAtomic } from './atomic-file.ts';
export { type Clock, type SleepOptions, systemClock, type Timer, type TimerOptions, VirtualClock } from './clock.ts';
export * from './config/index.ts';
export { counted } from './counted.ts';
export {
  type EngineLine,
  type EngineLineLevel,
  engineLineLevel,
  engineLineLevels,
  onEngineLine,
  tellEngineLine,
} from './engine-lines.ts';
export { ArtistError, type ArtistErrorOptions, type ErrorCode, errorCodes, isArtistError, systemCode } from './errors.ts';
export { refusedName, tameName } from './file-names.ts';
export {
  type FolderWalk,
  type FolderWalkOptions,
  type PassedKind,
  type PassedOver,
  type WalkedFolder,
  walkFolder,
} from './folder-walk.ts';
export { foreignPlace } from './foreign-places.ts';
export { homeFolder } from './home.ts';
export { createIds, isUlid, ulidTime } from './ids.ts';
export { lazySchema } from './lazy-schema.ts';
export { acquireLock, type Lock, type LockOptions, type LockOwner, lockOwner, withLock } from './lock.ts';
export { display, nearest, resolveOptions } from './options.ts';
export { entryFile, packageRoot } from './package-root.ts';
export { openPlainFile, readPlainFile } from './plain-file.ts';
export { plainJson, plainText } from './plain-text.ts';
export { birthOf, isAlive } from './process-birth.ts';
export { type RandomSource, randomBelow, seededRandom, systemRandom } from './random.ts';
export { hidden, isSecretName, redact, redactData, rememberSecret } from './redact.ts';
export { removeTree, replaceFolder } from './replace-folder.ts';
export { checkReplaceable, type FileWish, type FolderWish, writeOutput } from './replaceable.ts';
export { currentScope, type Scope, withScope } from './scope.ts';
export { restoredWords, type StateDefinition, StateFile, type StateOptions, type StateRepair } from './state-file.ts';
export { checkFolder, kindOfPlace } from './writable-place.ts';
