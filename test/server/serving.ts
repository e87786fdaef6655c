/** A real server on a free port, with a home of its own and a token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homeOf } from '../../lib/core/index.ts';
import { type Scope, type ServerOptions, startServer, TokenBook } from '../../lib/server/index.ts';

export interface Serving {
  /** `http://127.0.0.1:PORT` */
  url: string;
  home: string;
  /** Of scope paint. */
  token: string;
  newToken(name: string, scope: Scope): Promise<string>;
  /** Stops it; the home stays. */
  stop(): Promise<void>;
  /** Stops it and removes the home. */
  close(): Promise<void>;
}

/** @param config text of config.yaml */
export async function serving(options: ServerOptions = {}, config?: string): Promise<Serving> {
  const home = mkdtempSync(path.join(tmpdir(), 'ai-artist serving 🎨-'));
  if (config !== undefined) writeFileSync(path.join(home, 'config.yaml'), config);
  const tokens = new TokenBook(homeOf(home));
  const newToken = async (name: string, scope: Scope): Promise<string> => (await tokens.create({ name, scope })).token;
  const token = await newToken('painter', 'paint');
  const server = await startServer({ home, port: 0, drainSeconds: 2, ...options });
  const close = async (): Promise<void> => {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { url: server.url, home, token, newToken, stop: () => server.close(), close };
}
