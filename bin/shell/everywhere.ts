/** What every command has. Apart from the parser, because completion and --version are quicker without yargs. */

/** Wrong usage found by yargs; bin/shell/failure.ts writes the message and looks for the intended words. */
export class UsageFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFailure';
  }
}

/** Options of every command: what the help says of each, and whether it takes a value. */
export const everywhereOptions = {
  json: { describe: 'Print one JSON document on stdout, also for errors' },
  home: { value: true, describe: 'Folder of models, pictures and settings. Default: AI_ARTIST_HOME, else ~/.ai-artist' },
  set: {
    value: true,
    repeats: true,
    describe: 'KEY=VALUE: override a setting of config.yaml for this call, such as create.candidates=4; may be given several times',
  },
  quiet: { describe: 'Print only errors on stderr' },
  debug: { describe: 'Also print stack traces, error causes and engine messages' },
  trace: { describe: 'Also print every line of the engine' },
  'log-format': { value: true, describe: 'Messages on stderr as text, or as json, one object a line. Default: log.format' },
  help: { describe: 'Show this help' },
  version: { describe: 'Show the version' },
} satisfies Record<string, { describe: string; value?: boolean; repeats?: boolean }>;

/** Their heading in the help. */
export const everywhereGroup = 'Everywhere';
export const everywhereEntries: [string, { describe: string; value?: boolean; repeats?: boolean }][] = Object.entries(everywhereOptions);
export const everywhere: readonly string[] = Object.keys(everywhereOptions);
/** Those that take a value. */
export const everywhereWithValue: readonly string[] = everywhereEntries.flatMap(([name, { value }]) => (value ? [name] : []));

/** Letters of common options; every command that has the option has its letter. */
export const shortOptions: ReadonlyMap<string, string> = new Map([
  ['out', 'o'],
  ['model', 'm'],
  ['seed', 's'],
  ['negative-prompt', 'n'],
  ['batch', 'b'],
  ['batch-count', 'b'],
  ['width', 'W'],
  ['height', 'H'],
  ['init-image', 'i'],
  ['lora', 'l'],
  ['limit', 'L'],
  ['threads', 't'],
  ['force', 'f'],
  ['quiet', 'q'],
  ['help', 'h'],
  ['version', 'V'],
]);
