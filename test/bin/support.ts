/** Runs the real command line as a user does: the built one, in its own process, with its own home folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../../bin/commands/table.ts';
import type { Command, CommandEntry } from '../../bin/shell/command-entry.ts';
import { nameOf, requiredOf } from '../../bin/shell/command-line.ts';
import { createLogger } from '../../lib/observe/index.ts';
import { typescript } from '../support/run-source.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Command of the package to run. Default: ai-artist. */
  door?: string;
  /** Text for standard input. Default: none. */
  input?: string;
  /** For cliOnTerminal(): what is typed when stderr asks each of these; stdin claims to be a terminal. */
  answers?: readonly (readonly [RegExp, string])[];
  /** For cliOnTerminal(): stdout claims to be a terminal, too. */
  stdoutIsTerminal?: boolean;
  /** Called once the process runs, for example to send a signal or close its output. */
  onStart?: (child: ChildProcess) => void;
}

/** A folder for this test file, removed at the end of the process. */
export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist-cli-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Writes a file there, and returns its path. */
export function scratchFile(name: string, content: string): string {
  const place = path.join(scratch, name);
  writeFileSync(place, content);
  return place;
}

/** Runs dist/, which test/run.ts has built: from the sources, with coverage, each of some hundred starts would take a second more. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const program = path.join(root, `dist/esm/bin/${options.door ?? 'ai-artist'}.js`);
  return start([program, ...args], { ...options, env: { NODE_V8_COVERAGE: '', ...options.env } });
}

/** Runs the sources, whose modules have their names. */
export function cliFromSource(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return start(['--import', typescript, path.join(root, 'bin/ai-artist.ts'), ...args], options);
}

function start(args: readonly string[], { env = {}, cwd = scratch, input, answers, onStart }: CliOptions): Promise<CliResult> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, AI_ARTIST_LANG: 'en', AI_ARTIST_HOME: path.join(scratch, 'home'), NO_COLOR: '1', ...env },
    stdio: [input === undefined && answers === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (answers === undefined) child.stdin?.end(input);
  const questions = [...(answers ?? [])];
  let heard = '';
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard += text;
    const [question, answer] = questions[0] ?? [];
    if (!question?.test(heard)) return;
    questions.shift();
    heard = '';
    child.stdin?.write(`${answer}\n`);
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The same, with stderr as a terminal of this size; test/support/screen.ts reads what it shows. */
export function cliOnTerminal(
  args: readonly string[],
  { columns, rows }: { columns: number; rows: number },
  options: CliOptions = {},
): Promise<CliResult> {
  const program = `import { main } from ${JSON.stringify(path.join(root, 'bin/shell/main.ts'))};
    Object.assign(process.stderr, { isTTY: true, columns: ${columns}, rows: ${rows}, hasColors: () => true });
    if (${options.stdoutIsTerminal === true}) process.stdout.isTTY = true;
    if (${options.answers !== undefined}) process.stdin.isTTY = true;
    process.exitCode = await main(${JSON.stringify(args)});`;
  return start(['--import', typescript, '--input-type=module', '-e', program], { ...options, env: { NO_COLOR: '', ...options.env } });
}

/**
 * Runs several command lines in sequence in one process: for tables, where starting Node a hundred times would take most of the test's time.
 * Behaviour at the end of a process (exit status, broken pipes, signals) is tested with cli().
 */
export async function cliSeries(lines: readonly (readonly string[])[], options: CliOptions = {}): Promise<CliResult[]> {
  const mark = '\u0001';
  const program = `import { main } from ${JSON.stringify(path.join(root, 'bin/shell/main.ts'))};
    for (const line of ${JSON.stringify(lines)}) {
      const status = await main(line);
      process.stdout.write(status + ${JSON.stringify(mark)});
      process.stderr.write(${JSON.stringify(mark)});
    }`;
  const { stdout, stderr, code } = await start(['--import', typescript, '--input-type=module', '-e', program], options);
  const outputs = stdout.split(mark);
  const errors = stderr.split(mark);
  if (code !== 0 || outputs.length !== lines.length + 1) throw new Error(`the series ended early with status ${code}: ${stdout} ${stderr}`);
  return lines.map((_, index) => {
    const [, text = '', status] = /^(.*?)(\d+)$/s.exec(outputs[index] ?? '') ?? [];
    return { code: Number(status), signal: null, stdout: text, stderr: errors[index] ?? '' };
  });
}

export interface AnyCommand {
  /** The words of the command. */
  words: string[];
  /** `rate <id> <rating>` */
  usage: string;
  /** Required arguments. */
  required: string[];
  describe: string;
  command: Command;
}

/** Every command of the table, including those that only group others. */
export async function everyCommand(entries: readonly CommandEntry[] = commands, above: readonly string[] = []): Promise<AnyCommand[]> {
  const found: AnyCommand[] = [];
  for (const entry of entries) {
    const { usage, describe } = entry;
    const words = [...above, nameOf(entry)];
    const command = await entry.load();
    found.push({ words, usage, required: requiredOf(entry), describe, command }, ...(await everyCommand(command.commands ?? [], words)));
  }
  return found;
}

/** The output functions of a command's context, discarding all output. */
export const saysNothing = {
  quiet: true,
  debug: false,
  log: createLogger({ level: 'silent' }),
  logFormat: 'text' as const,
  logToFiles: async () => undefined,
  note: () => undefined,
  warn: () => undefined,
};

export interface CliJson {
  [key: string]: unknown;
  error?: { code: string; message: string };
}

/** Parses stdout as the one document of --json; throws if there is anything else. */
export function jsonOf(result: CliResult): CliJson {
  try {
    return JSON.parse(result.stdout) as CliJson;
  } catch (cause) {
    throw new Error(`stdout is no single JSON document: ${JSON.stringify(result.stdout)}; stderr: ${result.stderr}`, { cause });
  }
}
