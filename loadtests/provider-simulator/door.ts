import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** As providers keep idle connections: after node's five seconds a request may meet the end of its connection on a busy machine. */
const KEPT_IDLE_MS = 60_000;

/** A provider's listening port: it can be shut to everybody at once, and opened again where it was. */
export class Door {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #address = { port: 0, host: '' };

  constructor(server: Server) {
    this.#server = server;
    if ('keepAliveTimeout' in server) server.keepAliveTimeout = KEPT_IDLE_MS;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Resolves to the port. Rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    this.#address = { port: (this.#server.address() as AddressInfo).port, host };
    return this.#address.port;
  }

  /** Connections are reset, new ones refused. */
  shut(): void {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  reopen(): void {
    if (!this.#server.listening) this.#server.listen(this.#address.port, this.#address.host);
  }

  /** Stops listening and cuts the open connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
