import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { cleanLine, messageOf, type SshAccess } from 'netheal/plugin';
import { Client, type ClientChannel, type PseudoTtyOptions } from 'ssh2';
import { algorithmsFor } from './algorithms.ts';
import { type Credentials, Login, loadCredentials } from './auth.ts';
import { checkHostKey, type HostTrust, knownKeyTypes, pinHostKey, readHostTrust } from './host-keys.ts';
import { fingerprintOf, keyTypeOf } from './known-hosts.ts';
import { loginSuffix } from './recognise.ts';
import { abortReason, type Refused, type Stage } from './refused.ts';

// A silent peer is found after 2 s x 3 without an answer; commands are far longer than that.
const KEEPALIVE_INTERVAL_MS = 2_000;
const KEEPALIVE_COUNT = 3;
// Whatever comes before the identification line: OpenSSH would read 8 MB of it.
const MAX_GREETING_BYTES = 64 * 1024;
const IDENT = /(?:^|\n)(SSH-[^\r\n]{1,255})\r?\n/;
const END_GRACE_MS = 250;

export type ChannelCallback = (error: Error | undefined, channel: ClientChannel) => void;

/** An open, logged-in connection. Holds no secret and shows nothing when inspected. */
export type Session = Readonly<{
  access: SshAccess;
  /** The server's identification string, cleaned: `SSH-2.0-OpenSSH_9.2`. */
  ident: string;
  /** The host key in words: fingerprint, type and how it came to be trusted. */
  hostKey: string;
  /** Worth telling: a new key was written down, a key could not be used. */
  notes: readonly string[];
  exec(command: string, callback: ChannelCallback): void;
  /** An interactive shell on a terminal. */
  shell(terminal: PseudoTtyOptions, callback: ChannelCallback): void;
  forward(host: string, port: number, callback: ChannelCallback): void;
  /** Why the connection ended, once it has. */
  lost(): string | null;
  /** Says goodbye and destroys the stream below shortly after, whatever the peer does. */
  close(): void;
}>;

/** Opens a TCP connection of our own: no Nagle (a sixth of the time), and destroyed for sure. */
export function openTcp(access: SshAccess, signal: AbortSignal): Promise<Socket | Refused> {
  return new Promise((resolve) => {
    const socket = connect({ host: access.host, port: access.port, noDelay: true });
    const settle = (answer: Socket | Refused) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (answer !== socket) socket.destroy();
      resolve(answer);
    };
    const refuse = (message: string, mend: string) => settle({ stage: 'connect', message, mend, at: access });
    const onAbort = () => settle({ stage: 'connect', message: abortReason(signal), at: access });
    const timer = setTimeout(
      () =>
        refuse(
          `no answer within ${seconds(access.connectTimeoutMs)}`,
          'check ssh.host, routing and firewall',
        ),
      access.connectTimeoutMs,
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    // Stays for life: a late error of a destroyed socket must not end the process.
    socket.on('error', (error) => refuse(...explainSocket(error)));
    socket.once('connect', () => settle(socket));
  });
}

export type LoginOptions = Readonly<{
  signal: AbortSignal;
  /** Whether `accept-new` may write a new host key down; a mere look leaves no trace. */
  pin: boolean;
}>;

/** All that a login needs from our side, read before anything is sent. */
export type Prepared = Readonly<{ access: SshAccess; trust: HostTrust; credentials: Credentials }>;

/** Reads known hosts and keys; a login with nothing to offer ends here. */
export async function prepare(access: SshAccess): Promise<Prepared | Refused> {
  const [trust, credentials] = await Promise.all([readHostTrust(access), loadCredentials(access)]);
  if (credentials.key || credentials.agent || credentials.password) return { access, trust, credentials };
  const notes =
    credentials.notes.length > 0 ? credentials.notes.join('; ') : 'there is nothing to log in with';
  return {
    stage: 'credentials',
    message: notes,
    mend: 'give ssh.privateKey (with passphrase), ssh.password or a running agent',
    at: access,
  };
}

/** Logs in over a stream that is already connected, within a deadline for each stage. */
export function login(
  stream: Duplex,
  { access, trust, credentials }: Prepared,
  { signal, pin }: LoginOptions,
): Promise<Session | Refused> {
  return new Promise((resolve) => {
    const client = new Client();
    const notes: string[] = [];
    let stage: Stage = 'handshake';
    let settled = false;
    let lost: string | null = null;
    let ident = '';
    let shownKey: Buffer | undefined;
    let how = '';
    let mustPin = false;
    let timer: NodeJS.Timeout | undefined;

    const settle = (answer: Session | Refused) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      credentials.agent?.destroy();
      if ('stage' in answer) stream.destroy();
      resolve(answer);
    };
    const refuse = (refused: Refused) => settle({ at: access, ...refused });
    const arm = (next: Stage, message: () => string, mend: string) => {
      stage = next;
      clearTimeout(timer);
      timer = setTimeout(() => refuse({ stage, message: message(), mend }), access.connectTimeoutMs);
    };
    const within = `within ${seconds(access.connectTimeoutMs)}`;
    const onAbort = () => refuse({ stage, message: abortReason(signal) });

    const end = (reason: string) => {
      lost ??= reason;
      refuse({ stage, ...explainEnd(stage, lost, ident !== '') });
    };
    client.on('error', (error: Error & { level?: string }) => {
      // One method that failed; the login goes on with the next.
      if (!settled && (error.level === 'agent' || error.level === 'client-authentication'))
        notes.push(cleanLine(error.message, 200));
      else end(cleanLine(error.message, 300));
    });
    client.on('end', () => end('the server closed the connection'));
    client.on('close', () => end('the connection was closed'));
    client.on('change password', () =>
      refuse({ stage, message: 'the password has expired', mend: 'set a new one on the device' }),
    );
    client.on('handshake', () => {
      // Only now has the server proved that the key is its own.
      const problem = mustPin && shownKey ? pinHostKey(trust, shownKey) : null;
      if (problem) return refuse(problem);
      if (mustPin && shownKey)
        notes.push(`new host key ${fingerprintOf(shownKey)} written to ${access.knownHosts[0]}`);
      mustPin = false;
      if (!settled && stage === 'handshake')
        arm('login', () => `the login was not finished ${within}`, 'the server may hang; try ssh by hand');
    });
    client.on('ready', () => {
      const key = shownKey ? `${fingerprintOf(shownKey)} (${keyTypeOf(shownKey)}, ${how})` : 'none';
      settle({
        access,
        ident,
        hostKey: key,
        notes: [...credentials.notes, ...notes],
        exec: (command, callback) => void client.exec(command, callback),
        shell: (terminal, callback) => void client.shell(terminal, callback),
        forward: (host, port, callback) => void client.forwardOut('127.0.0.1', 0, host, port, callback),
        lost: () => lost,
        close: () => {
          lost ??= 'closed by us';
          client.end();
          const last = setTimeout(() => stream.destroy(), END_GRACE_MS);
          stream.once('close', () => clearTimeout(last));
        },
      });
    });

    const name = () => access.username + loginSuffix(access, ident);
    const loginSteps = new Login(access, name, credentials, (message) =>
      refuse({
        stage: 'login',
        message: [message, ...notes].join('; '),
        mend: 'check username, key and password',
      }),
    );
    arm(
      'handshake',
      () =>
        ident === ''
          ? `connected, but no SSH identification came ${within}`
          : `the key exchange was not finished ${within}`,
      'the SSH server may hang, or something else listens on that port',
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return onAbort();
    if (stream.destroyed) return end('the connection was closed');
    try {
      client.connect({
        sock: stream as Socket,
        username: access.username,
        readyTimeout: 0,
        keepaliveInterval: KEEPALIVE_INTERVAL_MS,
        keepaliveCountMax: KEEPALIVE_COUNT,
        algorithms: algorithmsFor(access.legacy, knownKeyTypes(trust)),
        // Secrets go through here alone: what `connect` is given shows in an inspected client.
        authHandler: loginSteps.next as never,
        hostVerifier: (key: Buffer): boolean => {
          // Asked again at every re-keying; the answer may not wander.
          if (shownKey !== undefined) return shownKey.equals(key);
          const answer = checkHostKey(trust, key);
          if (!answer.ok) {
            refuse(answer.refused);
            return false;
          }
          shownKey = key;
          how = answer.how;
          mustPin = answer.pin && pin;
          return true;
        },
      });
    } catch (error) {
      return refuse({ stage, message: cleanLine(messageOf(error), 300) });
    }
    watchIdent(stream, {
      found: (text) => {
        ident = cleanLine(text);
      },
      tooMuch: () =>
        refuse({
          stage: 'handshake',
          message: `${MAX_GREETING_BYTES / 1024} KB came without an SSH identification`,
          mend: 'something else than an SSH server listens on that port',
        }),
    });
  });
}

/** Reads the identification line along with ssh2, which keeps it to itself and takes megabytes before it. */
function watchIdent(
  stream: Duplex,
  watcher: Readonly<{ found(ident: string): void; tooMuch(): void }>,
): void {
  let seen = '';
  const onData = (chunk: Buffer) => {
    seen += chunk.toString('latin1');
    const ident = IDENT.exec(seen)?.[1];
    if (ident === undefined && seen.length <= MAX_GREETING_BYTES) return;
    stream.removeListener('data', onData);
    seen = '';
    if (ident === undefined) watcher.tooMuch();
    else watcher.found(ident);
  };
  // The stream is paused by `connect` until ssh2 is ready; listening does not start it.
  stream.on('data', onData);
}

const SOCKET_ERRORS: Readonly<Record<string, readonly [message: string, mend: string]>> = {
  ECONNREFUSED: ['connection refused', 'start sshd on the device, or correct ssh.port'],
  EHOSTUNREACH: ['no route to the host', 'check ssh.host and routing; an out-of-band address helps'],
  ENETUNREACH: ['no route to the network', 'check ssh.host and routing'],
  ENOTFOUND: ['the host name is unknown', 'correct ssh.host, or the resolver'],
  EAI_AGAIN: ['the resolver does not answer', 'use an address in ssh.host'],
  ECONNRESET: ['the connection was reset', 'sshd may be overloaded or refuse this address'],
};

function explainSocket(error: Error): [message: string, mend: string] {
  const known = SOCKET_ERRORS[(error as NodeJS.ErrnoException).code ?? ''];
  return known ? [...known] : [cleanLine(error.message, 200), 'check ssh.host and ssh.port'];
}

function explainEnd(stage: Stage, reason: string, identified: boolean): { message: string; mend: string } {
  if (/no matching/i.test(reason))
    return { message: reason, mend: 'an old device may need legacy: true, on a management network only' };
  if (stage === 'handshake' && !identified)
    return { message: `${reason} before an SSH identification came`, mend: 'check what listens on ssh.port' };
  if (stage === 'login')
    return { message: reason, mend: 'check username, key, password and the log of sshd' };
  return { message: reason, mend: 'check the log of sshd' };
}

/** Milliseconds as a person says them. */
export function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
