/** Words of other programs for our commands. */

/** For a whole command. */
export const otherCommands: Readonly<Record<string, string>> = {
  paint: 'create',
  draw: 'create',
  make: 'create',
  txt2img: 'generate',
  img2img: 'generate',
  enlarge: 'upscale',
  quantize: 'convert',
  download: 'models pull',
  settings: 'config',
  man: 'help',
};

/** For a command of a group: the first that the group has is meant. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  add: ['start', 'make', 'create', 'pull', 'import', 'connect'],
  change: ['edit'],
  check: ['verify'],
  delete: ['remove', 'trash', 'revoke', 'forget', 'cancel', 'disconnect'],
  download: ['pull'],
  find: ['search'],
  get: ['show', 'pull', 'path'],
  info: ['show', 'inspect', 'status'],
  install: ['pull'],
  ls: ['list', 'queue'],
  mv: ['rename'],
  new: ['add', 'start', 'make', 'create'],
  rm: ['remove', 'trash', 'revoke', 'forget', 'cancel', 'disconnect'],
  run: ['run-now', 'start', 'paint', 'now'],
  stop: ['pause', 'end', 'off'],
  undo: ['restore', 'rollback'],
  view: ['show', 'inspect', 'open'],
};

/** The command of `names` that another program calls `word`. */
export const meantAmong = (word: string, names: readonly string[]): string | undefined =>
  otherWords[word]?.find((other) => names.includes(other));
