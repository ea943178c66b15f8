import { spawn } from 'node:child_process';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type PseudoTtyInfo, type ServerChannel } from 'ssh2';

/** An ed25519 pair. About one in two hundred of those that ssh2 makes cannot be parsed again: those are made anew. */
export function ed25519Pair(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

export const hostKey = ed25519Pair();

export type Exec = (open: () => ServerChannel, command: string, reject: () => void) => void;
export type ServerOptions = Readonly<{
  ident?: string;
  hostKeys?: readonly string[];
  algorithms?: ssh2.Algorithms;
  auth?: (context: AuthContext) => void;
  exec?: Exec;
  /** Speaks on an interactive shell; without it none is opened. */
  shell?: (channel: ServerChannel, terminal: PseudoTtyInfo | null) => void;
  /** Sees every signal a client sends to a running command. */
  onSignal?: (name: string) => void;
}>;
export type TestServer = Readonly<{
  port: number;
  /** Authentication methods in the order clients tried them. */
  tried: string[];
  commands: string[];
  connections: Set<Connection>;
  close(): Promise<void>;
}>;

/** A real SSH server in this process; commands run in a real shell unless `exec` says otherwise. */
export async function startSshServer(options: ServerOptions = {}): Promise<TestServer> {
  const tried: string[] = [];
  const commands: string[] = [];
  const connections = new Set<Connection>();
  const server = new ssh2.Server(
    {
      hostKeys: [...(options.hostKeys ?? [hostKey.private])],
      ident: options.ident,
      algorithms: options.algorithms,
      // The only place where ssh2's server shows a signal that comes for a running command.
      debug: (message: string) => {
        const name = /CHANNEL_REQUEST \(r:\d+, signal: (\w+)\)/.exec(message)?.[1];
        if (name) options.onSignal?.(name);
      },
    },
    (connection) => {
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
      connection.on('error', () => {});
      connection.on('authentication', (context) => {
        tried.push(context.method);
        (options.auth ?? passwordIs('right'))(context);
      });
      connection.on('session', (accept) => {
        const session = accept();
        session.on('exec', (acceptExec, reject, info) => {
          commands.push(info.command);
          (options.exec ?? runInShell)(acceptExec, info.command, () => reject?.());
        });
        const { shell } = options;
        if (shell === undefined) return;
        let terminal: PseudoTtyInfo | null = null;
        session.on('pty', (acceptPty, _reject, info) => {
          terminal = info;
          acceptPty?.();
        });
        session.on('shell', (acceptShell) => shell(acceptShell(), terminal));
      });
    },
  );
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', function (this: unknown) {
      resolve({
        port: (server.address() as AddressInfo).port,
        tried,
        commands,
        connections,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const connection of connections) connection.end();
          }),
      });
    }),
  );
}

export function passwordIs(password: string): (context: AuthContext) => void {
  return (context) => {
    if (context.method === 'password' && context.password === password) context.accept();
    else context.reject(['publickey', 'password']);
  };
}

function runInShell(open: () => ServerChannel, command: string): void {
  const channel = open();
  const child = spawn('sh', ['-c', command]);
  channel.on('error', () => {});
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3) as 'TERM');
    else channel.exit(code ?? 0);
    channel.end();
  });
}

/** A TCP server that speaks as it likes. */
export async function startTcpServer(
  onSocket: (socket: Socket) => void,
): Promise<Readonly<{ port: number; sockets: Set<Socket>; close(): Promise<void> }>> {
  const sockets = new Set<Socket>();
  const server: NetServer = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // Without reading, the end of the connection would never be seen.
    socket.resume();
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
