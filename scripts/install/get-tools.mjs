// Installs missing tools with the system's package manager if it needs no interaction; else prints the command to run.
import { spawnSync } from 'node:child_process';
import { findProgram, installCommands, installSteps } from './tools.mjs';

/** AI_ARTIST_SETUP: `yes` lets sudo ask for a password, `no` installs nothing. */
const wish = (env) => (env.AI_ARTIST_SETUP ?? '').toLowerCase();

/**
 * How to run the package manager: directly or with sudo; undefined if neither is allowed.
 * @param {{ root: boolean }} steps
 */
function prefix(steps, { yes, env, uid }) {
  if (wish(env) === 'no') return undefined;
  if (!steps.root || uid === 0) return [];
  const sudo = findProgram('sudo', env);
  if (!sudo) return undefined;
  if (spawnSync(sudo, ['-n', 'true'], { env, stdio: 'ignore' }).status === 0) return [sudo, '-n'];
  return yes || wish(env) === 'yes' ? [sudo] : undefined;
}

/**
 * Installs the missing tools, or says what to run.
 * @param {{ tool: string, problem: string }[]} missing from missingTools()
 * @param {{ say(text: string): void, yes?: boolean, env?: NodeJS.ProcessEnv, uid?: number }} how
 * @returns {string | undefined} undefined when installed; else lines that say what is missing and what to run
 */
export function getTools(missing, { say, yes = false, env = process.env, uid = process.getuid?.() }) {
  const problems = missing.map(({ problem }) => problem).join('; ');
  const indent = (lines) => lines.map((line) => `    ${line}`).join('\n');
  const advice = (what) => `${what} Install with:\n${indent(installCommands(missing))}`;
  const steps = installSteps(missing);
  const front = steps && prefix(steps, { yes, env, uid });
  if (!front) return advice(`${problems}.`);
  say(`${problems}. Installing with the package manager`);
  for (const command of steps.commands) {
    const [program, ...args] = [...front, ...command.split(' ')];
    say(`running ${command}`);
    const { status, error, stdout, stderr } = spawnSync(program, args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      stdio: ['inherit', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
    if (status === 0) continue;
    const lines = (error?.message ?? `${stdout}${stderr}`).trim().split('\n').slice(-8);
    return advice(`${problems}, and ${command} failed:\n${indent(lines)}\n `);
  }
  return undefined;
}
