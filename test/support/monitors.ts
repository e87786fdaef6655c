/** Prometheus and Alertmanager, as the system's packages install them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian calls Alertmanager prometheus-alertmanager. */
export function program(...names: readonly string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${names[0]}: expected it in PATH. Install it: npm run setup`);
  return found;
}

export interface Running {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers that it is ready. */
export async function startMonitor(file: string, args: readonly string[], port: number): Promise<Running> {
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${file} ended with status ${child.exitCode}: ${said}`);
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined); // it does not listen yet
    if (answer?.ok) break;
    await sleep(50);
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
