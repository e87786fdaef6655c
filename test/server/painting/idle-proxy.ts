/** A proxy that passes bytes on, and cuts a connection on which nothing has passed in either direction for some time, as many do after 60 seconds. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../../../lib/core/index.ts';

export class IdleProxy {
  readonly url: string;
  /** Connections that were cut because they were idle. */
  cuts = 0;
  /** Connections so far. */
  connections = 0;
  readonly #server: Server;
  readonly #open: Set<Socket>;

  private constructor(server: Server, open: Set<Socket>) {
    this.#server = server;
    this.#open = open;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(target: string, idleMs: number, clock: Clock): Promise<IdleProxy> {
    const open = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const proxy = new IdleProxy(server, open);
    server.on('connection', (client) => {
      proxy.connections++;
      const upstream = connect({ port: Number(new URL(target).port), host: '127.0.0.1', allowHalfOpen: true });
      const both = [client, upstream];
      let timer: Timer;
      const cut = (): void => {
        proxy.cuts++;
        for (const socket of both) socket.destroy();
      };
      const isAlive = (): void => {
        timer?.cancel();
        timer = clock.timer(idleMs, cut);
      };
      isAlive();
      open.add(client);
      for (const [from, to] of [both, [upstream, client]] as [Socket, Socket][]) {
        from.on('data', (bytes) => {
          isAlive();
          to.write(bytes);
        });
        from.on('end', () => to.end());
        from.on('error', () => undefined);
        from.on('close', () => {
          timer.cancel();
          open.delete(client);
          to.destroy();
        });
      }
    });
    return proxy;
  }

  /** Breaks all connections, as a proxy that is started again. */
  breakAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.breakAll();
    await new Promise((done) => this.#server.close(done));
  }
}
