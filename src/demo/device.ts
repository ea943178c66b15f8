import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { DemoSpec, FaultKind } from './devices.ts';

/** One device of the playground: a real TCP or HTTP service on loopback that can break and be mended. */
export class DemoDevice {
  readonly spec: DemoSpec;
  readonly address: string;
  readonly children: DemoDevice[] = [];
  port = 0;
  fault: FaultKind | null = null;
  /** The switch above it is dead: nothing gets through, whatever the device itself does. */
  #cutOff = false;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  constructor(spec: DemoSpec, address: string) {
    this.spec = spec;
    this.address = address;
  }

  async start(): Promise<void> {
    await this.#listen();
  }

  async stop(): Promise<void> {
    await this.#close();
  }

  /** Breaks it, for real: the service stops listening or stops answering; a switch takes its children with it. */
  async breakDown(fault: FaultKind): Promise<void> {
    this.fault = fault;
    await this.#apply();
  }

  async mend(): Promise<void> {
    this.fault = null;
    await this.#apply();
  }

  async #apply(): Promise<void> {
    await this.#settle();
    for (const child of this.children) {
      child.#cutOff = this.fault === 'link-down';
      await child.#settle();
    }
  }

  /** Listening exactly when the service runs and the way to it is open; a hung service listens and says nothing. */
  async #settle(): Promise<void> {
    const listening = !this.#cutOff && this.fault !== 'service-stopped' && this.fault !== 'link-down';
    if (listening && this.#server === null) await this.#listen();
    else if (!listening && this.#server !== null) await this.#close();
  }

  async #listen(): Promise<void> {
    const server = this.spec.probe === 'http' ? this.#httpServer() : createServer((socket) => socket.end());
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.port, this.address, resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #httpServer(): Server {
    return createHttpServer((_request, response) => {
      if (this.fault === 'service-hung') return;
      response.writeHead(200, { 'content-type': 'text/plain' }).end(`${this.spec.service} is well\n`);
    });
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
