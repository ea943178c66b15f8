import type { AddressInfo, Server } from 'node:net';
import { NameResolver } from '../../../src/core/plugin.ts';
import { Lanes } from '../../../src/plugins/probes/lanes.ts';
import { Trust } from '../../../src/plugins/probes/trust.ts';

/** Lanes as wide as those of the plugin. */
export function newLanes(limits: Partial<ConstructorParameters<typeof Lanes>[0]> = {}): Lanes {
  return new Lanes({ quick: 64, silent: 256, handOverMs: 250, noun: 'connects', ...limits });
}

/** What the probes that speak TLS are given. */
export function newTools(configDir = '/') {
  return {
    resolver: new NameResolver(),
    lanes: newLanes(),
    trust: new Trust(configDir),
    now: () => Date.now(),
  };
}

/** Servers of one test file, all closed at its end. */
export class Servers {
  readonly #closers: (() => void)[] = [];

  /** Listens on a free port of a loopback address; answers the port. */
  async listen(server: Server, host = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const sockets = new Set<{ destroy(): unknown }>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    this.#closers.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return (server.address() as AddressInfo).port;
  }

  atEnd(close: () => void): void {
    this.#closers.push(close);
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}
