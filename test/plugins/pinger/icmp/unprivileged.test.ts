import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../fixtures.ts';
import { Namespace } from './namespace.ts';

const src = new URL('../../../../src/', import.meta.url).href;
const NOBODY = '65534';
const CHOOSE = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) =>
    name === 'netheal/plugin' ? { url: '${src}core/plugin.ts', shortCircuit: true } : next(name, context) });
  const { chooseEngine } = await import('${src}plugins/pinger/choose-engine.ts');
  const { name, reason, mend } = await chooseEngine(process.argv[1]).catch(({ message, mend }) => ({ reason: message, mend }));
  process.stdout.write(JSON.stringify({ name, reason, mend }), () => process.exit());`;

type Chosen = Readonly<{ name?: string; reason: string; mend?: string }>;

describeWith(['ip', 'setpriv'], 'a user without privileges', () => {
  let net: Namespace;
  beforeAll(() => {
    net = new Namespace('nobody');
  });
  afterAll(() => net.remove());

  /** What this user gets. Nothing else is on the PATH: whether fping or ping work is not what is asked. */
  function chosenBy(engine: string, ...privileges: readonly string[]): Chosen {
    const user = ['setpriv', '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', ...privileges];
    const node = ['env', 'PATH=', process.execPath, '--input-type=module', '-e', CHOOSE, engine];
    return JSON.parse(
      execFileSync('ip', ['netns', 'exec', net.name, ...user, ...node], {
        encoding: 'utf8',
        timeout: 15_000,
      }),
    );
  }

  test('gets an unprivileged socket where net.ipv4.ping_group_range includes a group of theirs', () => {
    net.allowPing(true);
    expect(chosenBy('auto')).toEqual({
      name: 'icmp',
      reason: 'pings are sent over an unprivileged ICMP socket',
    });
  });

  test('gets a raw socket with CAP_NET_RAW', () => {
    net.allowPing(false);
    expect(chosenBy('auto', '--inh-caps', '+net_raw', '--ambient-caps', '+net_raw')).toEqual({
      name: 'icmp',
      reason: 'pings are sent over a raw ICMP socket',
    });
  });

  test('without either gets the next engine, why, and what to do', () => {
    net.allowPing(false);
    const { name, reason, mend } = chosenBy('auto');
    expect(name).toBe('tcp');
    expect(reason).toMatch(
      /^icmp does not work here: this user may open neither .*ping_group_range.*CAP_NET_RAW/,
    );
    expect(reason).not.toContain('dgram');
    expect(mend).toMatch(/sysctl\.d.*AmbientCapabilities=CAP_NET_RAW/);
  });

  test('who asks for icmp by name is told the same as an error', () => {
    net.allowPing(false);
    const { name, reason, mend } = chosenBy('icmp');
    expect(name).toBeUndefined();
    expect(reason).toContain('The ping engine "icmp" cannot be used');
    expect(mend).toMatch(/AmbientCapabilities=CAP_NET_RAW.*engine: auto/);
  });
});
