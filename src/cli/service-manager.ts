/** What systemd (Type=notify) is told of a daemon: sd_notify(3). */
import { execFile } from 'node:child_process';

/** The state is told at least this often, whether or not systemd watches. */
const STATUS_MS = 30_000;
/** systemd-notify waits until its word has been taken; a manager that does not take it must not hold us up. */
const TOLD_WITHIN_MS = 5_000;

/** What the service manager wants to know; each answers when it was told. */
export type ServiceManager = Readonly<{
  /** The first checks are scheduled. From now on, `alive` is asked before each sign of life. */
  ready(alive: Alive): Promise<void>;
  /** The config is read again while `during` lasts. */
  reloading(during: () => Promise<unknown>): Promise<void>;
  stopping(): Promise<void>;
}>;

type Alive = Readonly<{
  /** One line for `systemctl status`. */
  status: () => string;
  /** How much later than due the next check is by now: a monitor that checks nothing is not alive. */
  overdueMs: () => number;
}>;

/**
 * The manager that started us, or null where none did. It is told through `systemd-notify`, which is wherever systemd is:
 * Node itself cannot send to a datagram socket of the file system. Takes its variables out of `env`, so that no probe or
 * heal command can speak in our name.
 */
export function serviceManager(
  env: NodeJS.ProcessEnv,
  warn: (message: string) => void,
): ServiceManager | null {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env;
  delete env.NOTIFY_SOCKET;
  delete env.WATCHDOG_USEC;
  delete env.WATCHDOG_PID;
  if (!socket) return null;

  const watchdogMs = isOurs(pid) ? Number(usec ?? 0) / 1_000 : 0;
  let last = Promise.resolve();
  let beat: NodeJS.Timeout | undefined;
  /** One word after the other: STOPPING must not be overtaken by READY. */
  const tell = (...words: string[]) => {
    last = last.then(() => notify(words, { ...env, NOTIFY_SOCKET: socket }, warn));
    return last;
  };
  return {
    ready: ({ status, overdueMs }) => {
      const everyMs = watchdogMs > 0 ? Math.min(STATUS_MS, watchdogMs / 3) : STATUS_MS;
      beat = setInterval(() => {
        const isAlive = watchdogMs > 0 && overdueMs() < watchdogMs / 2;
        void tell(`STATUS=${status()}`, ...(isAlive ? ['WATCHDOG=1'] : []));
      }, everyMs).unref();
      return tell('READY=1', `STATUS=${status()}`);
    },
    reloading: async (during) => {
      void tell('RELOADING=1');
      await during();
      await tell('READY=1');
    },
    stopping: () => {
      clearInterval(beat);
      return tell('STOPPING=1', 'STATUS=Stopping');
    },
  };
}

/** On an old Node the launcher, our parent, is whom systemd has started. */
function isOurs(pid: string | undefined): boolean {
  return pid === undefined || Number(pid) === process.pid || Number(pid) === process.ppid;
}

function notify(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  warn: (message: string) => void,
): Promise<void> {
  return new Promise((resolve) => {
    execFile('systemd-notify', [...words], { env, timeout: TOLD_WITHIN_MS }, (error) => {
      if (error) warn(`the service manager is not told ${words[0]}: ${error.message.trim()}`);
      resolve();
    });
  });
}
