/**
 * What a system error of a socket, a spawn or a lookup says about the other side, and what only about us.
 * A monitor that takes its own lack of file descriptors for an outage heals healthy machines.
 */

type Kind = 'refused' | 'timeout' | 'unreachable' | 'dns' | 'local-error';

const KINDS: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENOTFOUND: 'dns',
  // The resolver itself failed: nothing is known about the name.
  EAI_AGAIN: 'local-error',
  EAI_FAIL: 'local-error',
  EAI_MEMORY: 'local-error',
  EAI_SYSTEM: 'local-error',
  EMFILE: 'local-error',
  ENFILE: 'local-error',
  ENOBUFS: 'local-error',
  ENOMEM: 'local-error',
  EAGAIN: 'local-error',
  EADDRNOTAVAIL: 'local-error',
  EADDRINUSE: 'local-error',
  EAFNOSUPPORT: 'local-error',
  // No route of our own: our uplink or our configuration.
  ENETUNREACH: 'local-error',
  ENETDOWN: 'local-error',
  ENODEV: 'local-error',
  // What a blackhole route answers.
  EINVAL: 'local-error',
  // A local firewall or a missing privilege.
  EACCES: 'local-error',
  EPERM: 'local-error',
};

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no route to the host',
  EHOSTDOWN: 'the host is down',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name server did not answer',
  EAI_FAIL: 'the name server failed',
  EAI_MEMORY: 'no memory left to resolve a name',
  EAI_SYSTEM: 'this machine could not ask for a name',
  EMFILE: 'no file descriptors left in this process',
  ENFILE: 'no file descriptors left on this machine',
  ENOBUFS: 'no buffer space left on this machine',
  ENOMEM: 'no memory left on this machine',
  EAGAIN: 'no processes left on this machine',
  EADDRNOTAVAIL: 'no local address or port to send from',
  EADDRINUSE: 'the local port is in use',
  EAFNOSUPPORT: 'this machine does not speak that address family',
  ENETUNREACH: 'this machine has no route to that network',
  ENETDOWN: 'the network of this machine is down',
  ENODEV: 'this machine has no such network device',
  EINVAL: 'this machine refuses to send there',
  EACCES: 'not permitted on this machine',
  EPERM: 'not permitted on this machine',
  ENOENT: 'not found on this machine',
};

/** The kind of failure behind a system error; `undefined` for codes that say neither (the probe decides). */
export function kindOfSystemError(error: unknown): Kind | undefined {
  return KINDS[codeOf(error)];
}

/** A system error in words with its code: "connection refused (ECONNREFUSED)". */
export function wordsOfSystemError(error: unknown): string {
  const code = codeOf(error);
  const words = WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  return error instanceof Error ? error.message || code : String(error);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
