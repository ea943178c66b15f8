import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import ssh2 from 'ssh2';
import { ed25519Pair } from '../plugins/ssh-healer/ssh-server.ts';

const HOST_KEY = ed25519Pair();

/** How a command ends: with an exit code, or never. */
export type Treatment = (command: string, patient: Patient) => number | null | Promise<number | null>;

/**
 * A device on loopback: a service that is well or is not, and an SSH server that counts who knocks. It outlives the netheal
 * that looks after it.
 */
export class Patient {
  well = true;
  /** TCP connections to the SSH port, and sessions in which something was asked for. */
  connections = 0;
  sessions = 0;
  readonly commands: string[] = [];
  /** What a command does; by default any of them mends the service. */
  treat: Treatment = () => {
    this.well = true;
    return 0;
  };
  /** Ends the command that was left to hang. */
  release: () => void = () => undefined;
  /** Hears of everything, at the moment it happens. */
  onTouch: (what: 'connection' | 'login' | `command ${string}` | `exit ${string}`) => void = () => undefined;
  readonly #servers: Server[] = [];
  #ports: { http: number; ssh: number } = { http: 0, ssh: 0 };

  /** From now on a command runs until it is released. */
  hang(): void {
    this.treat = () =>
      new Promise((resolve) => {
        this.release = () => resolve(0);
      });
  }

  static async start(): Promise<Patient> {
    const patient = new Patient();
    const http = createHttp((_request, response) => {
      response.writeHead(patient.well ? 200 : 500, { connection: 'close' }).end();
    });
    patient.#ports = { http: await patient.#listen(http), ssh: await patient.#listen(patient.#sshServer()) };
    return patient;
  }

  /** This device in a config: checked by HTTP, healed by SSH. */
  config(id: string, more: object = {}): object {
    const { http, ssh } = this.#ports;
    return {
      id,
      ip: '127.0.0.1',
      group: id,
      icmp: false,
      probes: [{ type: 'http', url: `http://127.0.0.1:${http}/` }],
      ssh: {
        port: ssh,
        username: 'op',
        password: 'right',
        agent: false,
        hostKey: 'accept-new',
        knownHosts: './known_hosts',
      },
      heal: ['restart'],
      ...more,
    };
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
    );
  }

  #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }

  #sshServer(): Server {
    const ssh = new ssh2.Server({ hostKeys: [HOST_KEY.private] }, (client) => {
      // A client that is killed leaves without a word.
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        if (context.method === 'password' && context.password === 'right') context.accept();
        else context.reject(['password']);
      });
      client.on('ready', () => this.onTouch('login'));
      client.on('session', (accept) => {
        this.sessions++;
        accept().on('exec', async (acceptExec, _reject, { command }) => {
          this.commands.push(command);
          this.onTouch(`command ${command}`);
          const channel = acceptExec();
          channel.on('error', () => undefined);
          const exit = await this.treat(command, this);
          if (exit === null) return;
          channel.exit(exit);
          channel.end();
          this.onTouch(`exit ${command}`);
        });
      });
    });
    // In front of it, because ssh2 tells of a client only when that one has said something.
    return createServer((socket) => {
      this.connections++;
      socket.on('error', () => undefined);
      ssh.injectSocket(socket);
      this.onTouch('connection');
    });
  }
}
