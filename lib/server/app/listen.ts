import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ArtistError, systemCode } from '../../core/index.ts';
import { urlOf } from './address.ts';

/** Where a server listens. */
export type Place = { host: string; port: number } | { socket: string; mode: number };

function listenError(place: Place, cause: unknown): ArtistError {
  const code = systemCode(cause);
  const taken = code === 'EADDRINUSE';
  const got = taken ? 'one that another program has' : code === 'EACCES' ? 'no permission to open it' : (code ?? String(cause));
  if ('socket' in place)
    return new ArtistError('ERR_NETWORK', `socket: expected a free path, got ${got}: ${place.socket}. Choose another with --socket`, {
      cause,
    });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ArtistError(
      'ERR_NETWORK',
      `host: expected an address of this machine, got ${place.host} (${code}). Choose another with --host`,
      {
        cause,
      },
    );
  return new ArtistError(
    'ERR_NETWORK',
    `port: expected a free port ${place.port} of ${place.host}, got ${got}. Choose another with --port`,
    {
      cause,
    },
  );
}

/** Whether a path is the socket of a server that was killed: nothing answers there. A file of another kind is never taken for one. */
async function isLeftBehind(socket: string): Promise<boolean> {
  return (await lstat(socket)).isSocket() && !(await answers(socket));
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const client = connect(socket);
    client.on('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.on('error', (error) => {
      if (systemCode(error) === 'ECONNREFUSED') resolve(false);
      else reject(error);
    });
  });
}

async function listenOnSocket(app: FastifyInstance, { socket, mode }: { socket: string; mode: number }): Promise<void> {
  // The socket must never be wider than asked for, not even until chmod().
  const before = process.umask(0o777 & ~mode);
  try {
    await app.listen({ path: socket }).catch(async (error: unknown) => {
      if (systemCode(error) !== 'EADDRINUSE' || !(await isLeftBehind(socket))) throw error;
      await unlink(socket);
      await app.listen({ path: socket });
    });
  } finally {
    process.umask(before);
  }
  if (process.platform !== 'win32') await chmod(socket, mode);
}

/**
 * Listens; returns the address of the server.
 *
 * @throws ArtistError ERR_NETWORK when the port or socket is taken or may not be opened
 */
export async function listen(app: FastifyInstance, place: Place): Promise<string> {
  try {
    if ('socket' in place) {
      await listenOnSocket(app, place);
      return `unix:${place.socket}`;
    }
    await app.listen({ host: place.host, port: place.port });
    const address = app.server.address();
    return urlOf(place.host, typeof address === 'object' && address ? address.port : place.port);
  } catch (error) {
    throw listenError(place, error);
  }
}
