import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const CLONE_NEWNET = 0x4000_0000;
const setns = koffi.load(null).func('int setns(int fd, int type)');

/** A network namespace of its own with loopback; sockets made within `inside` belong to it for good. */
export class Namespace {
  readonly name: string;

  constructor(purpose: string) {
    this.name = `nh-icmp-${purpose}-${process.pid}`;
    execFileSync('ip', ['netns', 'add', this.name]);
    this.ip('link', 'set', 'lo', 'up');
  }

  ip(...args: readonly string[]): string {
    return execFileSync('ip', ['-n', this.name, ...args], { encoding: 'utf8' });
  }

  run(program: string, ...args: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, program, ...args], { encoding: 'utf8' });
  }

  /** Loads rules of nftables. */
  nft(rules: string): void {
    execFileSync('ip', ['netns', 'exec', this.name, 'nft', '-f', '-'], { input: rules });
  }

  /** Lets everybody, or nobody, open unprivileged ICMP sockets. */
  allowPing(isAllowed: boolean): void {
    const range = isAllowed ? '0 2147483647' : '1 0';
    this.run('sysctl', '-qw', `net.ipv4.ping_group_range=${range}`);
  }

  /** Runs a synchronous function in this namespace: the thread is back in its own before anything else runs. */
  inside<T>(run: () => T): T {
    const own = openSync('/proc/thread-self/ns/net', 'r');
    const other = openSync(`/run/netns/${this.name}`, 'r');
    try {
      if (setns(other, CLONE_NEWNET) !== 0) throw new Error(`setns: error ${koffi.errno()}`);
      return run();
    } finally {
      setns(own, CLONE_NEWNET);
      closeSync(own);
      closeSync(other);
    }
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}
