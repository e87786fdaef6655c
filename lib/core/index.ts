export { abortSignal, linkSignals } from './abort-signal.ts';
export { answering, asArtistError } from './answering.ts';
export { type Clock, isoTime, type SleepOptions, systemClock, type Timer, type TimerOptions, VirtualClock } from './clock.ts';
export { defined } from './defined.ts';
export {
  type EngineLine,
  type EngineLineLevel,
  engineLineLevel,
  engineLineLevels,
  onEngineLine,
  tellEngineLine,
} from './engine-lines.ts';
export { ArtistError, type ArtistErrorOptions, type ErrorCode, errorCodes, isArtistError, systemCode } from './errors.ts';
export { isDiskFull, renameOver, syncFolder, writeError, writeFileAtomic } from './files/atomic-file.ts';
export { exists, isFile, isFolder } from './files/exists.ts';
export { refusedName, tameName } from './files/file-names.ts';
export {
  type FolderWalk,
  type FolderWalkOptions,
  type PassedKind,
  type PassedOver,
  type WalkedFolder,
  walkFolder,
} from './files/folder-walk.ts';
export { foreignPlace } from './files/foreign-places.ts';
export { whyReadOnly } from './files/home-access.ts';
export { acquireLock, type Lock, type LockOptions, type LockOwner, lockOwner, withLock } from './files/lock.ts';
export { openPlainFile, readPlainFile } from './files/plain-file.ts';
export { makePrivateFolder, privateMode } from './files/private-folder.ts';
export { birthOf, isAlive } from './files/process-birth.ts';
export { namesIn, readError } from './files/read-error.ts';
export { removeTree, replaceFolder } from './files/replace-folder.ts';
export { checkReplaceable, type FileWish, type FolderWish, writeOutput } from './files/replaceable.ts';
export { restoredWords, type StateDefinition, StateFile, type StateOptions, type StateRepair } from './files/state-file.ts';
export { checkFolder, kindOfPlace } from './files/writable-place.ts';
export { expandTilde, Home, homeFolder, homeOf } from './home.ts';
export { createIds, isUlid, ulidTime } from './ids.ts';
export { leakWatch } from './leak-watch.ts';
export { postForStatus, postTimeoutMs, type StatusAnswer } from './net/post-for-status.ts';
export { bareHost, guardedLookup, isPrivateName, isPublicAddress } from './net/public-address.ts';
export { display, type Fault, findFaults, nearest, resolveOptions } from './options.ts';
export { childProgram, entryFile, packageRoot, packageVersion } from './package-root.ts';
export { type RandomSource, randomBelow, seededRandom, systemRandom } from './random.ts';
export { errorLine, recordedError } from './recorded-error.ts';
export { currentScope, type Scope, withScope } from './scope.ts';
export { counted } from './text/counted.ts';
export { parseTable, separatorOf, type TableRow } from './text/csv.ts';
export { plainJson, plainText } from './text/plain-text.ts';
export { hidden, isSecretName, redact, redactData, rememberSecret } from './text/redact.ts';
export { type SecretPlace, secretAt } from './text/secret-place.ts';
export { xmlText } from './text/xml.ts';
