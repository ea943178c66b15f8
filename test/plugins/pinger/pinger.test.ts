import { describe, expect, test } from 'vitest';
import { NameResolver, type ProbeRequest } from '../../../src/core/plugin.ts';
import { chooseEngine, type EngineName } from '../../../src/plugins/pinger/choose-engine.ts';
import type { Engine, PingRequest } from '../../../src/plugins/pinger/engine.ts';
import { loadLibc } from '../../../src/plugins/pinger/icmp/libc.ts';
import { IcmpProbe } from '../../../src/plugins/pinger/icmp-probe.ts';
import pinger from '../../../src/plugins/pinger/index.ts';
import { applyPlugin } from '../../plugin-harness.ts';
import { describeWith, putOnPath } from './fixtures.ts';

function requestFor(address: string, timeoutMs = 1_000): ProbeRequest<{ sizeBytes: number }> {
  const device = { id: 'd', address, label: 'd', group: 'default', tags: {}, parents: [] };
  const signal = new AbortController().signal;
  return { device, probe: 'icmp', options: { sizeBytes: 56 }, timeoutMs, packets: 1, signal };
}

const LOOPBACK_FPING = `case "$1" in
  -6) echo "::1 : [0], 64 bytes, 0.5 ms (0.5 avg, 0% loss)";;
  *) echo "127.0.0.1 : [0], 64 bytes, 0.5 ms (0.5 avg, 0% loss)";;
esac`;

const silently = () => undefined;
const withoutKoffi = () => loadLibc(() => import('koffi-that-is-not-installed' as string));
const chooseWithoutKoffi = (asked: EngineName) => chooseEngine(asked, silently, withoutKoffi);

describe('the choice of an engine', () => {
  test('the engine of our own is taken where a socket may be opened', async () => {
    const choice = await chooseEngine('auto');
    expect(choice).toMatchObject({ name: 'icmp', mend: undefined });
    expect(choice.reason).toMatch(/^pings are sent over (a raw|an unprivileged) ICMP socket$/);
    choice.stop();
  });

  test('icmp by name is the same, and the reason says who wanted it', async () => {
    const choice = await chooseEngine('icmp');
    expect(choice.name).toBe('icmp');
    expect(choice.reason).toMatch(/^the config asks for icmp, pings are sent over/);
    choice.stop();
  });

  test('without koffi the next engine is taken, and the reason and the mend say so', async () => {
    putOnPath({ fping: LOOPBACK_FPING }, true);
    const choice = await chooseWithoutKoffi('auto');
    expect(choice.name).toBe('fping');
    expect(choice.reason).toBe(
      'icmp does not work here: the optional npm package koffi is not installed; fping is the best of those installed',
    );
    expect(choice.mend).toContain('npm install --include=optional');
    choice.stop();
  });

  test('a koffi that does not load is passed over as well', async () => {
    putOnPath({ fping: LOOPBACK_FPING }, true);
    const choice = await chooseEngine('auto', silently, () =>
      loadLibc(async () => {
        throw new Error('koffi.node: invalid ELF header\nat somewhere');
      }),
    );
    expect(choice.reason).toContain('koffi does not load: koffi.node: invalid ELF header; fping');
    choice.stop();
  });

  describeWith(['ping'], 'with the real ping', () => {
    test('a broken fping is passed over, and the reason says so', async () => {
      putOnPath({ fping: 'echo "no permission" >&2; exit 4' });
      const choice = await chooseWithoutKoffi('auto');
      expect(choice).toMatchObject({ name: 'ping' });
      expect(choice.reason).toMatch(/fping does not work here: .*no permission.*; ping is used/);
      choice.stop();
    });
  });

  test('a bare machine falls back to TCP and says what is missing', async () => {
    putOnPath({}, true);
    const choice = await chooseWithoutKoffi('auto');
    expect(choice.name).toBe('tcp');
    expect(choice.reason).toContain('fping is not installed (Debian: fping)');
    expect(choice.reason).toContain('ping is not installed (Debian: iputils-ping)');
    choice.stop();
  });

  test.each(['fping', 'ping', 'icmp'] as const)(
    '%s by name is an error where it cannot be used',
    async (name) => {
      putOnPath({}, true);
      await expect(chooseWithoutKoffi(name)).rejects.toMatchObject({
        code: 'NH_NO_ENGINE',
        mend: expect.stringContaining('auto'),
      });
    },
  );

  test('the plugin contributes the probe and tells the engine once', async () => {
    putOnPath({ fping: LOOPBACK_FPING }, true);
    const applied = await applyPlugin(pinger as never, { engine: 'fping' });
    expect(applied.probes.get('icmp')!.engine!().name).toBe('fping');
    expect(applied.logged).toEqual(['pings are sent by fping: the config asks for fping']);
    await applied.stop();
  });

  test('unknown options are refused', () => {
    expect(pinger.options!.safeParse({ engin: 'ping' }).success).toBe(false);
    expect(pinger.options!.safeParse({ engine: 'pong' }).success).toBe(false);
  });
});

describe('the probe icmp', () => {
  function probeWith(engine: (request: PingRequest) => ReturnType<Engine['ping']>, resolver?: NameResolver) {
    const asked: PingRequest[] = [];
    const one: Engine = {
      name: 'ping',
      ping: (request) => {
        asked.push(request);
        return engine(request);
      },
      stop: () => undefined,
    };
    const probe = new IcmpProbe(
      { name: 'ping', reason: '', engines: { 4: one, 6: one }, stop: () => undefined },
      resolver,
    );
    return { probe, asked };
  }
  const up = async () => ({ ok: true, rttMs: 1 }) as const;

  test.each([
    '-f',
    '127.0.0.1\n-f',
    '127.0.0.1 -f',
    'a b',
    ';reboot',
    '$(reboot)',
    '-V',
    '',
    '127.0.0.1;id',
    '::1%\n-f',
  ])('an address like %j reaches no engine', async (address) => {
    const { probe, asked } = probeWith(up);
    expect(await probe.run(requestFor(address))).toMatchObject({ ok: 'unknown' });
    expect(asked).toEqual([]);
  });

  test('an engine that never answers is told from a silent device before the deadline', async () => {
    const { probe } = probeWith(() => new Promise(() => undefined));
    expect(await probe.run(requestFor('127.0.0.1', 60))).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
    });
  });

  test('an engine that throws is our fault', async () => {
    const { probe } = probeWith(async () => {
      throw new Error('boom');
    });
    expect(await probe.run(requestFor('127.0.0.1'))).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  test('a name is resolved, to IPv6 as well', async () => {
    const { probe, asked } = probeWith(
      up,
      new NameResolver({ lookup: async () => [{ address: '::1', family: 6 }] }),
    );
    expect(await probe.run(requestFor('host.example'))).toMatchObject({ ok: true });
    expect(asked[0]).toMatchObject({ address: '::1', family: 6 });
  });
});
