/** Text of --help. yargs lays out the options; each example has its own line, so that it can be copied. */

import type { CommandEntry } from '../shell/command-entry.ts';
import { type CommandLine, nameOf, usageOf } from '../shell/command-line.ts';
import { createParser } from '../shell/parser.ts';
import type { ProgramText } from './described.ts';

const examples: readonly (readonly [string, string])[] = [
  ['$0 create "a red fox in the snow"', 'Paint a picture, enlarge it and print its path'],
  ['$0 generate "an owl" --steps 12 --seed 7 --out owl.png', 'The same engine with every setting'],
  ['$0 doctor', 'Check what this machine can do and what is missing'],
];

const epilogue = `Environment:
  AI_ARTIST_HOME           Folder of models, pictures and settings; --home overrides it. Default: ~/.ai-artist
  AI_ARTIST__SECTION__KEY  A setting of config.yaml, such as AI_ARTIST__CREATE__CANDIDATES=4; --set overrides it
  AI_ARTIST_BINARY         Load only this compiled addon
  HF_TOKEN, HF_ENDPOINT    Token for gated models; address of a mirror of the hub
  NODE_ENV=production      Messages as JSON lines if stderr is not a terminal (see log.format)
  NO_COLOR, TERM=dumb      No colours and no redrawn progress bar

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled (Ctrl-C).
Results go to stdout, everything else to stderr. Documentation: docs/cli.md, docs/operations.md
Help on one command: ai-artist help COMMAND; as a manual page: ai-artist help COMMAND --man | man -l -`;

/** What the help of ai-artist itself says. */
export const programText: ProgramText = {
  describe: 'ai-artist: paint pictures on this machine, without Python or a cloud service',
  examples,
  epilogue,
};

const linesOf = (pairs: readonly (readonly [string, string])[]): string[] =>
  pairs.flatMap(([line, meaning]) => [`  ${line.replaceAll('$0', 'ai-artist')}`, `      ${meaning}`]);

/** `text` wrapped at spaces. */
function wrapped(text: string, width: number): string {
  return text.replace(new RegExp(`(?![^\\n]{1,${width}}$)([^\\n]{1,${width}}) `, 'gm'), '$1\n');
}

/** The help of ai-artist or of one of its commands. */
export async function helpOf({ path, command, next }: CommandLine, commands: readonly CommandEntry[]): Promise<string> {
  const width = Math.min(120, process.stdout.columns ?? 100);
  const leads = command?.commands !== undefined && command.handle === undefined;
  const head = command
    ? `Usage: ${usageOf(path)}${leads ? ' <command>' : ''} [options]\n\n${path.at(-1)?.describe ?? ''}`
    : `${programText.describe}\n\nUsage: ai-artist <command> [options]`;
  const parser = createParser([])
    .scriptName(['ai-artist', ...path.map(nameOf)].join(' '))
    .usage(head);
  const described = command ? command.declare(parser) : parser;
  for (const entry of command ? next : commands) described.command(entry.usage, entry.describe);
  // yargs shows its initial empty list as a default.
  const options = (await described.getHelp()).replace(/ +\[default: \[\]\]/g, '');
  return [
    options.trimEnd(),
    '',
    'Examples:',
    ...linesOf(command?.examples ?? examples),
    '',
    wrapped(command ? (command.epilogue ?? '') : epilogue, width),
  ]
    .join('\n')
    .trimEnd();
}
