import type { AuthContext } from 'ssh2';
import type { Case } from './corpus.ts';
import { FakeDevice } from './fake-device.ts';
import type { Chop } from './fake-session.ts';
import { passwordIs, startSshServer, type TestServer } from './ssh-server.ts';

export type DeviceServer = TestServer &
  Readonly<{
    /** The terminals that were opened, in order. */
    terminals: FakeDevice[];
    /** Names that logins were tried with. */
    names: string[];
  }>;

/** A device of the corpus behind a real SSH server on loopback, which refuses every command by exec. */
export async function startDevice(one: Pick<Case, 'device' | 'ident'>, chop: Chop): Promise<DeviceServer> {
  const terminals: FakeDevice[] = [];
  const names: string[] = [];
  const server = await startSshServer({
    ident: one.ident,
    auth: (context: AuthContext) => {
      names.push(context.username);
      passwordIs('right')(context);
    },
    exec: (_open, _command, reject) => reject(),
    shell: (channel) => {
      let last: Promise<void> = Promise.resolve();
      const later = (ms: number, action: () => void) => {
        last = last.then(async () => {
          if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
          if (!channel.destroyed) action();
        });
      };
      const device = new FakeDevice(one.device, (out) => {
        later(out.afterMs, () => {});
        const pieces = 'bytes' in out ? chop(out.bytes) : [];
        for (const { bytes, afterMs } of pieces) later(afterMs, () => channel.write(bytes));
        if ('end' in out) later(0, () => channel.end());
      });
      terminals.push(device);
      channel.on('error', () => {});
      channel.on('data', (chunk: Buffer) => device.input(chunk.toString('utf8')));
      device.start();
    },
  });
  return { ...server, terminals, names };
}
