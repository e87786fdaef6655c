/** The command line as plain data: what the help, the manual pages and completion are written from. */
import { descriptionOf, type Flag, type Flags } from '../flags/flags.ts';
import type { CommandEntry } from '../shell/command-entry.ts';
import { nameOf, usageOf } from '../shell/command-line.ts';
import { everywhereEntries, everywhereGroup, shortOptions } from '../shell/everywhere.ts';
import { help } from '../texts/en/shell/help.ts';

export interface DescribedFlag {
  name: string;
  letter?: string | undefined;
  aliases: readonly string[];
  describe: string;
  /** Heading in the help. */
  group: string;
  /** Takes a value; else it is a switch. */
  value: boolean;
  /** May be given several times. */
  repeats: boolean;
  choices?: readonly string[] | undefined;
}

export interface DescribedArgument {
  name: string;
  required: boolean;
  /** Takes all remaining words. */
  repeats: boolean;
  describe: string;
  choices?: readonly string[] | undefined;
}

export interface DescribedCommand {
  /** Empty for ai-artist itself. */
  name: string;
  /** With the commands above it: `ai-artist train resume <run>`. */
  usage: string;
  describe: string;
  /** Does something by itself, instead of only leading to its commands. */
  runs: boolean;
  arguments: readonly DescribedArgument[];
  /** Of ai-artist itself: those that every command has. */
  flags: readonly DescribedFlag[];
  /** Command line, and its effect. */
  examples: readonly (readonly [string, string])[];
  epilogue: string;
  commands: readonly DescribedCommand[];
}

const describedFlag = ([name, flag]: [string, Flag<unknown>]): DescribedFlag => ({
  name,
  letter: shortOptions.get(name),
  aliases: flag.aliases ?? [],
  describe: descriptionOf(flag),
  group: flag.group ?? 'Options',
  value: flag.shape !== 'switch',
  repeats: flag.shape === 'list',
  choices: flag.choices,
});

const everywhereFlags: readonly DescribedFlag[] = everywhereEntries.map(([name, option]) => ({
  name,
  letter: shortOptions.get(name),
  aliases: [],
  describe: help.everywhere[name],
  group: everywhereGroup,
  value: option.value === true,
  repeats: option.repeats === true,
  ...(name === 'log-format' && { choices: ['text', 'json'] }),
}));

function argumentsOf(usage: string, positionals: Flags): DescribedArgument[] {
  return [...usage.matchAll(/([<[])([\w-]+)(\.\.)?\.?[>\]]/g)].map(([, bracket, name = '', dots]) => ({
    name,
    required: bracket === '<',
    repeats: dots !== undefined,
    describe: positionals[name] ? descriptionOf(positionals[name]) : '',
    choices: positionals[name]?.choices,
  }));
}

const typedExamples = (examples: readonly (readonly [string, string])[]): (readonly [string, string])[] =>
  examples.map(([line, effect]) => [line.replaceAll('$0', 'ai-artist'), effect]);

async function described(path: readonly CommandEntry[], entry: CommandEntry): Promise<DescribedCommand> {
  const command = await entry.load();
  const whole = [...path, entry];
  return {
    name: nameOf(entry),
    usage: usageOf(whole),
    describe: entry.describe,
    runs: command.handle !== undefined,
    arguments: argumentsOf(entry.usage, command.positionals),
    flags: Object.entries(command.flags).map(describedFlag),
    examples: typedExamples(command.examples),
    epilogue: command.epilogue ?? '',
    commands: await Promise.all((command.commands ?? []).map((inner) => described(whole, inner))),
  };
}

/** What ai-artist itself says; bin/help/help.ts has it. */
export interface ProgramText {
  describe: string;
  examples: readonly (readonly [string, string])[];
  epilogue: string;
}

/** Describes ai-artist with all its commands. Loads the file of each. */
export async function describeProgram(text: ProgramText, commands: readonly CommandEntry[]): Promise<DescribedCommand> {
  return {
    name: '',
    usage: 'ai-artist <command>',
    describe: text.describe,
    runs: false,
    arguments: [],
    flags: everywhereFlags,
    examples: typedExamples(text.examples),
    epilogue: text.epilogue,
    commands: await Promise.all(commands.map((entry) => described([], entry))),
  };
}
