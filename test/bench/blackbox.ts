import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf } from './cpu.ts';
import { temporaryFolder } from './fleet.ts';
import { freePort } from './free-port.ts';

export const BLACKBOX = 'prometheus-blackbox-exporter';

/** A running blackbox_exporter; its driver's CPU (Prometheus, here this process) is not in `cpuMs`. */
export type Blackbox = Readonly<{
  ping(address: string): Promise<boolean>;
  cpuMs(): number;
  stop(): void;
}>;

/** Starts Debian's blackbox_exporter with one ICMP module on a free port of loopback. */
export async function startBlackbox(): Promise<Blackbox> {
  const folder = temporaryFolder();
  const config = join(folder.path, 'blackbox.yml');
  writeFileSync(
    config,
    'modules:\n  icmp:\n    prober: icmp\n    timeout: 2s\n    icmp: { preferred_ip_protocol: ip4 }\n',
  );
  const port = await freePort();
  const child = spawn(
    BLACKBOX,
    [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    {
      stdio: 'ignore',
    },
  );
  // As many at once as a Prometheus with 64 targets due in the same moment.
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const ping = (address: string) =>
    new Promise<boolean>((resolve) => {
      const request = get({ port, path: `/probe?module=icmp&target=${address}`, agent }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text.includes('\nprobe_success 1')));
      });
      request.on('error', () => resolve(false));
    });
  for (let tries = 0; !(await ping('127.0.0.1')); tries++) {
    if (tries === 50) throw new Error('the blackbox_exporter of the benchmark does not answer');
    await sleep(100);
  }
  return {
    ping,
    cpuMs: () => cpuMsOf(child.pid!),
    stop: () => {
      child.kill();
      agent.destroy();
      folder.remove();
    },
  };
}
