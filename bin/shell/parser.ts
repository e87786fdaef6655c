import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import { t } from '../texts/texts.ts';
import { everywhere, everywhereEntries, everywhereGroup, shortOptions, UsageFailure } from './everywhere.ts';

/** Values from yargs as they were typed; bin/flags/flags.ts reads them. */
export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;
export type Parser = Argv<object>;

const widestHelp = 120;

/**
 * Configures yargs to guess nothing: values stay text, `a.b` is not a path, a list option takes one value, unknown names are errors.
 * yargs parses the options and arguments of one command; our own code finds the command, writes the help and formats errors.
 */
export function createParser(argv: readonly string[]): Parser {
  const parser: Parser = yargs([...argv]);
  const strict = parser
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
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : new UsageFailure(message ?? error.message);
    });
  const group = `${everywhereGroup}:`;
  const described = everywhereEntries.reduce((declared, [name, { value, repeats }]) => {
    const describe = t.help.everywhere[name];
    if (!value) return declared.option(name, { type: 'boolean', group, describe });
    return declared.option(name, { group, describe, requiresArg: true, ...(repeats && { array: true, string: true }) });
  }, strict);
  return addLetters(described, everywhere);
}

/** Adds the letters of options. */
export function addLetters(parser: Parser, options: readonly string[]): Parser {
  return options.reduce((lettered, option) => {
    const letter = shortOptions.get(option);
    return letter === undefined ? lettered : lettered.alias(option, letter);
  }, parser);
}
