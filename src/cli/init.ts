import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isAddress } from '../core/config/address.ts';
import { defaultGateway } from '../core/engine/uplink.ts';
import { NethealError } from '../core/errors.ts';
import { EXIT, type GlobalOptions, print } from './context.ts';
import { type FirstDevice, initText } from './init-text.ts';
import { writeWhole } from './write-whole.ts';

export type InitOptions = GlobalOptions &
  Readonly<{ device?: readonly string[]; user?: string; output: string; force?: boolean }>;

/** `netheal init`: a first config, from flags or from a few questions. */
export async function init(options: InitOptions): Promise<number> {
  const path = resolve(options.output);
  if (existsSync(path) && !options.force) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${path} is there already`, {
      mend: 'name another file with --output, or overwrite it with --force',
    });
  }
  const given = (options.device ?? []).map(deviceOf);
  const { devices, user } =
    given.length > 0 ? { devices: given, user: options.user ?? null } : await ask(options);
  writeWhole(path, initText({ devices, user, gateway: defaultGateway() }));
  print(
    `${path} is written. Next: \`netheal config\` shows what it means, \`netheal check\` tries it, \`netheal-tui\` runs it.`,
  );
  return EXIT.ok;
}

/** `10.0.0.1` or `10.0.0.1=Core gateway`. */
function deviceOf(text: string): FirstDevice {
  const [address = '', ...label] = text.split('=');
  return { address: checked(address.trim()), label: label.join('=').trim() || null };
}

function checked(address: string): string {
  if (isAddress(address)) return address;
  throw new NethealError('NH_ARGUMENT_INVALID', `"${address}" is no IPv4 address, IPv6 address or host name`);
}

async function ask({ user }: InitOptions): Promise<{ devices: FirstDevice[]; user: string | null }> {
  if (!process.stdin.isTTY) {
    throw new NethealError('NH_ARGUMENT_INVALID', 'there is no terminal to ask, and no --device', {
      mend: 'e.g. netheal init --device "10.0.0.1=Core gateway" --user admin',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl+C or the end of the input: nothing is written.
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  const question = (text: string) => terminal.question(text, { signal: left.signal });
  try {
    const devices: FirstDevice[] = [];
    for (;;) {
      const address = (
        await question(`Address of ${devices.length === 0 ? 'a' : 'another'} device (empty: done): `)
      ).trim();
      if (address === '' && devices.length > 0) break;
      if (!isAddress(address)) {
        print(`  "${address}" is no IPv4 address, IPv6 address or host name.`);
        continue;
      }
      devices.push({ address, label: (await question(`Its name for people [${address}]: `)).trim() || null });
    }
    const name = user ?? (await question('User to log in as for healing (empty: watch only): ')).trim();
    return { devices, user: name || null };
  } catch (thrown) {
    if (!left.signal.aborted) throw thrown;
    throw new NethealError('NH_ARGUMENT_INVALID', 'nothing is written');
  } finally {
    terminal.close();
  }
}
