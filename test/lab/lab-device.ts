import { readFileSync } from 'node:fs';
import { type Output, run, tryRun } from './shell.ts';

/** A host in the lab: a network, mount, PID and UTS namespace with its own sshd and service. */
export class LabDevice {
  readonly id: string;
  /** On the data network: what netheal monitors. */
  readonly address: string;
  readonly address6: string;
  /** On the out-of-band network: there while the data link is down. */
  readonly management: string;
  /** Name of the interface at the other end of its data cable: a port of the switch it is behind. */
  readonly port: string;
  /** Name of its network namespace. */
  readonly namespace: string;
  /** Its files on the host; the same path inside. */
  readonly dir: string;
  /** Pid of its process 1 on the host. */
  readonly initPid: number;

  constructor(given: Omit<LabDevice, 'run' | 'tryRun' | 'sshLog'>) {
    this.id = given.id;
    this.address = given.address;
    this.address6 = given.address6;
    this.management = given.management;
    this.port = given.port;
    this.namespace = given.namespace;
    this.dir = given.dir;
    this.initPid = given.initPid;
  }

  /** Runs a script inside the device, past its sshd; it must succeed. */
  run(script: string): Promise<string> {
    return run(this.#inside(script));
  }

  tryRun(script: string): Promise<Output> {
    return tryRun(this.#inside(script));
  }

  #inside(script: string): string[] {
    const namespaces = ['-t', String(this.initPid), '--mount', '--net', '--pid', '--uts'];
    return ['nsenter', ...namespaces, 'sh', '-c', script];
  }

  /** What its sshd wrote down: every connection, every login, every command session. */
  sshLog(): Readonly<{ connections: number; logins: number; sessions: number; text: string }> {
    const text = readFileSync(`${this.dir}/sshd.log`, 'utf8');
    const count = (start: RegExp) => text.match(start)?.length ?? 0;
    return {
      connections: count(/^Connection from /gm),
      logins: count(/^Accepted \S+ for /gm),
      sessions: count(/^Starting session: /gm),
      text,
    };
  }
}
