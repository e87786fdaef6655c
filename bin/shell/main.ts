// Not through lib: --version and --help load nothing of the library. The build puts the text into the program.
import manifest from '../../package.json' with { type: 'json' };
import { commands } from '../commands/table.ts';
import type { Texts } from '../texts/texts.ts';
import { type CommandLine, nameOf, readCommandLine, usageOf } from './command-line.ts';
import { everywhere, UsageFailure } from './everywhere.ts';
import type { Arguments, Parser } from './parser.ts';

/** What the completion scripts of the shells call; not for people. */
const completionWord = '__complete';

/** Runs one command line and returns the exit status. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let line: CommandLine | undefined;
  try {
    if (argv[0] === completionWord) return await (await import('../completion/answer.ts')).answer(argv.slice(1));
    line = await readCommandLine(argv, commands);
    if (isPrompt(line)) {
      await sayUnderstood(line.unknown ?? '', argv);
      line = await readCommandLine(['create', ...argv], commands);
    }
    if (line.version) {
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    }
    if (line.unknown !== undefined) {
      const { unknownCommand } = await import('./usage.ts');
      throw new UsageFailure(await unknownCommand(line, commands, await usageWords(argv)));
    }
    if (line.help && argv.includes('--man')) {
      const [{ manualOf }, { describeThisProgram }] = await Promise.all([import('../help/man.ts'), import('../help/program.ts')]);
      process.stdout.write(manualOf(await describeThisProgram(), line.path.map(nameOf), manifest.version));
      return 0;
    }
    if (line.help || argv.length === 0) {
      const { helpOf } = await import('../help/help.ts');
      const help = `${await helpOf(line, commands)}\n`;
      (line.help ? process.stdout : process.stderr).write(help);
      return line.help ? 0 : 2;
    }
    return await runCommand(line, argv);
  } catch (error) {
    const failure = await import('./failure.ts').catch(() => undefined);
    if (!failure) return reportPlainly(error, viewOf(argv).json);
    const path = line?.path ?? [];
    return failure.reportFailure(error, {
      ...viewOf(argv),
      argv,
      command: path.map(nameOf).join(' '),
      path,
      options: [...(line?.command?.options ?? []), ...otherNames(line), ...everywhere],
    });
  }
}

/** A quoted text without a command, `ai-artist "a red fox"`: no command has spaces. */
const isPrompt = ({ path, unknown, help }: CommandLine): boolean =>
  path.length === 0 && !help && unknown !== undefined && /\S\s+\S/.test(unknown);

/** What wrong usage is said with: what --json shows is English. */
async function usageWords(argv: readonly string[]): Promise<Texts['shell']['usage']> {
  const { catalogue, t } = await import('../texts/texts.ts');
  return (viewOf(argv).json ? catalogue.en : t).shell.usage;
}

async function sayUnderstood(prompt: string, argv: readonly string[]): Promise<void> {
  const { quiet, logFormat: format } = viewOf(argv);
  const [{ createLogger }, { t }] = await Promise.all([import('../../lib/observe/index.ts'), import('../texts/texts.ts')]);
  createLogger({ level: quiet ? 'error' : 'info', format }).info(
    t.shell.understood({ line: `ai-artist create ${JSON.stringify(prompt)}` }),
  );
}

/** Other names that the flags of the command may be given by. */
const otherNames = (line: CommandLine | undefined): string[] =>
  Object.values(line?.command?.flags ?? {}).flatMap(({ aliases = [] }) => [...aliases]);

/** For when even the code that formats errors cannot be loaded: too many files are open, or the package is damaged. */
function reportPlainly(thrown: unknown, json: boolean): number {
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  const message = `the program's own files cannot be read (${cause}). If too many are open (EMFILE), raise the limit: ulimit -n 1024`;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'ERR_READ', message } })}\n`);
  process.stderr.write(`error ERR_READ: ${message}\n`);
  return 1;
}

/** Parses the words after the command with yargs, and runs it. */
async function runCommand({ path, command, next, rest }: CommandLine, argv: readonly string[]): Promise<number> {
  const words = path.map(nameOf);
  if (!command?.handle) {
    const name = words.length === 0 ? 'command' : words.join(' ');
    throw new UsageFailure((await usageWords(argv)).oneOf({ name, names: next.map(nameOf).join(', ') }));
  }
  const { handle } = command;
  let status = 0;
  const positionals = usageOf(path.slice(-1)).split(' ').slice(2);
  const { createParser } = await import('./parser.ts');
  await createParser(rest)
    .scriptName('ai-artist')
    .command({
      command: ['$0', ...positionals].join(' '),
      describe: false,
      builder: (parser: Parser) => command.declare(parser),
      handler: async (args: Arguments): Promise<void> => {
        status = await handle(args, words, rest);
      },
    })
    .parseAsync();
  return status;
}

/** The flags that control how errors are shown, read without yargs because yargs itself may have failed. */
function viewOf(argv: readonly string[]): { json: boolean; quiet: boolean; debug: boolean; logFormat: 'text' | 'json' } {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const asJson = own.some((word, at) => word === '--log-format=json' || (word === 'json' && own[at - 1] === '--log-format'));
  const isOn = (...names: string[]): boolean => own.some((word) => names.includes(word.replace(/=true$/, '')));
  return {
    json: isOn('--json'),
    quiet: isOn('--quiet', '-q'),
    debug: isOn('--debug', '--trace'),
    logFormat: asJson ? 'json' : 'text',
  };
}
