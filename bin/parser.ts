import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';

/** What yargs hands over: values as they were typed; bin/flags.ts reads them. */
export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;
export type Parser = Argv<object>;

/** Wrong usage as yargs found it; bin/failure.ts words it and looks for what was meant. */
export class UsageFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFailure';
  }
}

/** Options of every command. */
export const everywhere = ['json', 'home', 'set', 'quiet', 'debug', 'trace', 'log-format', 'help', 'version'] as const;

const widestHelp = 120;

/** yargs set up so that nothing is guessed: values stay text, `a.b` is no path, a list option takes one value, unknown names are errors. */
export function createParser(argv: readonly string[]): Parser {
  const parser: Parser = yargs([...argv]);
  return parser
    .scriptName('ai-artist')
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
    .option('json', { type: 'boolean', group: 'Everywhere:', describe: 'Print one JSON document on stdout, also for errors' })
    .option('home', {
      group: 'Everywhere:',
      requiresArg: true,
      describe: 'Folder of models, pictures and settings. Default: AI_ARTIST_HOME, else ~/.ai-artist',
    })
    .option('set', {
      array: true,
      string: true,
      group: 'Everywhere:',
      requiresArg: true,
      describe: 'KEY=VALUE: a setting of config.yaml for this time, such as create.candidates=4; may be given several times',
    })
    .option('quiet', { type: 'boolean', group: 'Everywhere:', describe: 'Nothing on stderr but errors' })
    .option('debug', {
      type: 'boolean',
      group: 'Everywhere:',
      describe: 'Also stack traces and causes of errors, and what the engine says',
    })
    .option('trace', { type: 'boolean', group: 'Everywhere:', describe: 'Everything, with every line of the engine' })
    .option('log-format', {
      group: 'Everywhere:',
      requiresArg: true,
      choices: ['text', 'json'],
      describe: 'How messages on stderr look: text for people, or one JSON object a line. Default: log.format',
    })
    .alias('help', 'h')
    .group(['help', 'version'], 'Everywhere:')
    .demandCommand(1, 1, 'expected a command')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : new UsageFailure(message ?? error.message);
    });
}
