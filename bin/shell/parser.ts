import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';

/** Values from yargs as they were typed; bin/flags/flags.ts reads them. */
export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;
export type Parser = Argv<object>;

/** Wrong usage found by yargs; bin/shell/failure.ts writes the message and looks for the intended words. */
export class UsageFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFailure';
  }
}

/** Options of every command. */
export const everywhere = ['json', 'home', 'set', 'quiet', 'debug', 'trace', 'log-format', 'help', 'version'] as const;
/** Those that take a value. */
export const everywhereWithValue: readonly string[] = ['home', 'set', 'log-format'];

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

const widestHelp = 120;
const group = 'Everywhere:';

/**
 * Configures yargs to guess nothing: values stay text, `a.b` is not a path, a list option takes one value, unknown names are errors.
 * yargs parses the options and arguments of one command; our own code finds the command, writes the help and formats errors.
 */
export function createParser(argv: readonly string[]): Parser {
  const parser: Parser = yargs([...argv]);
  const described = parser
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    })
    .wrap(Math.min(widestHelp, process.stdout.columns ?? 100))
    .help(false)
    .version(false)
    .option('json', { type: 'boolean', group, describe: 'Print one JSON document on stdout, also for errors' })
    .option('home', {
      group,
      requiresArg: true,
      describe: 'Folder of models, pictures and settings. Default: AI_ARTIST_HOME, else ~/.ai-artist',
    })
    .option('set', {
      array: true,
      string: true,
      group,
      requiresArg: true,
      describe: 'KEY=VALUE: override a setting of config.yaml for this call, such as create.candidates=4; may be given several times',
    })
    .option('quiet', { type: 'boolean', group, describe: 'Print only errors on stderr' })
    .option('debug', { type: 'boolean', group, describe: 'Also print stack traces, error causes and engine messages' })
    .option('trace', { type: 'boolean', group, describe: 'Also print every line of the engine' })
    .option('log-format', {
      group,
      requiresArg: true,
      describe: 'Messages on stderr as text, or as json, one object a line. Default: log.format',
    })
    .option('help', { type: 'boolean', group, describe: 'Show this help' })
    .option('version', { type: 'boolean', group, describe: 'Show the version' })
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : new UsageFailure(message ?? error.message);
    });
  return addLetters(described, everywhere);
}

/** Adds the letters of options. */
export function addLetters(parser: Parser, options: readonly string[]): Parser {
  return options.reduce((lettered, option) => {
    const letter = shortOptions.get(option);
    return letter === undefined ? lettered : lettered.alias(option, letter);
  }, parser);
}
