import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';

/** What yargs hands over: values as they were typed; bin/flags/flags.ts reads them. */
export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;
export type Parser = Argv<object>;

/** Wrong usage as yargs found it; bin/shell/failure.ts words it and looks for what was meant. */
export class UsageFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFailure';
  }
}

/** Options of every command. */
export const everywhere = ['json', 'home', 'set', 'quiet', 'debug', 'trace', 'log-format', 'help', 'version'] as const;
/** Those of them that a value follows. */
export const everywhereWithValue: readonly string[] = ['home', 'set', 'log-format'];

/** Letters of options that many commands have: wherever a command has the option, it has the letter. */
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
 * yargs set up so that nothing is guessed: values stay text, `a.b` is no path, a list option takes one value, unknown names are errors.
 * It parses the options and arguments of one command; which command, what help says and how errors are worded is ours.
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
      describe: 'KEY=VALUE: a setting of config.yaml for this time, such as create.candidates=4; may be given several times',
    })
    .option('quiet', { type: 'boolean', group, describe: 'Nothing on stderr but errors' })
    .option('debug', { type: 'boolean', group, describe: 'Also stack traces and causes of errors, and what the engine says' })
    .option('trace', { type: 'boolean', group, describe: 'Everything, with every line of the engine' })
    .option('log-format', {
      group,
      requiresArg: true,
      describe: 'How messages on stderr look: text for people, or json, one object a line. Default: log.format',
    })
    .option('help', { type: 'boolean', group, describe: 'Show this' })
    .option('version', { type: 'boolean', group, describe: 'Show the version' })
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : new UsageFailure(message ?? error.message);
    });
  return addLetters(described, everywhere);
}

/** Gives options their letters. */
export function addLetters(parser: Parser, options: readonly string[]): Parser {
  return options.reduce((lettered, option) => {
    const letter = shortOptions.get(option);
    return letter === undefined ? lettered : lettered.alias(option, letter);
  }, parser);
}
