import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { packageVersion } from './package-version.ts';
import { type Arguments, createParser, everywhere, type Parser } from './parser.ts';

const epilogue = `Environment:
  AI_ARTIST_HOME           Folder of models, pictures and settings; --home wins. Default: ~/.ai-artist
  AI_ARTIST__SECTION__KEY  A setting of config.yaml, such as AI_ARTIST__CREATE__CANDIDATES=4; --set wins
  AI_ARTIST_BINARY         Load this compiled addon and no other
  HF_TOKEN, HF_ENDPOINT    Token for gated models; address of a mirror of the hub
  NODE_ENV=production      Messages as JSON lines where no terminal reads along (see log.format)
  NO_COLOR                 No colours

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled (Ctrl-C).
Results go to stdout, everything else to stderr. Documentation: docs/cli.md, docs/operations.md`;

/** What a command is known by before its file is read. */
export interface CommandEntry {
  /** Name and positionals, as yargs writes them: `upscale <image>`. */
  usage: string;
  describe: string;
  load: () => Promise<Command>;
}

/** One command line on its way. */
interface CommandLine {
  argv: readonly string[];
  /** Words of the command that was recognised so far. */
  path: readonly string[];
  options: readonly string[];
  status: number;
}

/** Runs one command line and returns the exit status. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const line: CommandLine = { argv, path: [], options: [], status: 0 };
  const parser = createParser(argv)
    .usage('ai-artist: paint pictures on this machine, without Python and without a service\n\nUsage: ai-artist <command> [options]')
    .example('$0 create "a red fox in the snow"', 'Paint a picture, enlarge it and print where it is')
    .example('$0 generate "an owl" --steps 12 --seed 7 --out owl.png', 'The same engine with every setting')
    .example('$0 doctor', 'What this machine can do, and what is missing')
    .epilogue(epilogue)
    .version(packageVersion());
  for (const entry of commands) register(parser, entry, [], line);
  if (argv.length === 0) {
    process.stderr.write(`${await parser.getHelp()}\n`);
    return 2;
  }
  try {
    await parser.parseAsync();
  } catch (error) {
    const { reportFailure } = await import('./failure.ts');
    return reportFailure(error, { ...viewOf(argv), argv, command: line.path.join(' '), options: [...line.options, ...everywhere] });
  }
  return line.status;
}

/** Adds a command whose file is imported by its builder, that is, when it was chosen or its help is wanted. */
function register(parser: Parser, entry: CommandEntry, parents: readonly string[], line: CommandLine): void {
  const path = [...parents, nameOf(entry)];
  let loaded: Command | undefined;
  parser.command({
    command: entry.usage,
    describe: entry.describe,
    builder: async (inner: Parser): Promise<Parser> => {
      loaded = await entry.load();
      Object.assign(line, { path, options: loaded.options });
      const leads = loaded.commands !== undefined && loaded.handle === undefined;
      const usage = [...parents, entry.usage, ...(leads ? ['<command>'] : [])].join(' ');
      const described = loaded.declare(inner.usage(`Usage: ai-artist ${usage} [options]\n\n${entry.describe}`));
      for (const child of loaded.commands ?? []) register(described, child, path, line);
      return leads
        ? described.demandCommand(1, 1, `${path.join(' ')}: expected one of ${(loaded.commands ?? []).map(nameOf).join(', ')}`)
        : described;
    },
    handler: async (args: Arguments): Promise<void> => {
      if (loaded?.handle) line.status = await loaded.handle(args, path, line.argv);
    },
  });
}

function nameOf(entry: CommandEntry): string {
  return entry.usage.split(' ')[0] ?? '';
}

/** The flags that decide how an error is shown, read without yargs because it may be yargs that failed. */
function viewOf(argv: readonly string[]): { json: boolean; quiet: boolean; debug: boolean; logFormat: 'text' | 'json' } {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const asJson = own.some((word, at) => word === '--log-format=json' || (word === 'json' && own[at - 1] === '--log-format'));
  return {
    json: own.includes('--json'),
    quiet: own.includes('--quiet'),
    debug: own.includes('--debug') || own.includes('--trace'),
    logFormat: asJson ? 'json' : 'text',
  };
}
