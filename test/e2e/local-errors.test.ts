import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EventRecord } from '../../src/core/plugin.ts';
import { describeWith } from '../plugins/pinger/fixtures.ts';
import { type Running, runNetheal } from './run-netheal.ts';

/**
 * What goes wrong on the monitor's own side is injected for real, into a whole netheal: nothing may be declared down,
 * no incident opened and nothing healed; the fault is told as what it is; afterwards monitoring goes on by itself.
 */

// Every wait has a deadline of its own, which says what was waited for.
vi.setConfig({ testTimeout: 90_000 });

const HERE = `nhle${process.pid}`;
const THERE = `${HERE}-far`;
const FAR = '10.77.0.2';
const PROBE_EVERY = { interval: '400ms', timeout: '300ms', retryInterval: '150ms', failureThreshold: 2 };

const inside = (...command: string[]) => ['ip', 'netns', 'exec', HERE, ...command];
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
const nft = (script: string) =>
  execFileSync('ip', inside('nft', '-f', '-').slice(1), { input: script, stdio: 'pipe' });

let netheal: Running | undefined;
afterEach(async () => {
  await netheal?.stop();
  netheal = undefined;
});

async function start(
  monitoring: object,
  devices: object[],
  through: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
) {
  const own = Object.fromEntries(Object.keys(files).map((name) => [`./${name}`, {}]));
  const config = {
    monitoring: { ...PROBE_EVERY, witnesses: [], ...monitoring },
    devices,
    plugins: { dashboard: false, ...own },
  };
  netheal = await runNetheal(config, files, undefined, through);
  return netheal;
}

type Device = Readonly<{
  reachability: string;
  stats: { totalChecks: number };
  probes: readonly { ok: boolean | null; message: string | null }[];
}>;

function device({ dir }: Running, id: string): Promise<Device> {
  return new Promise((resolve, reject) => {
    request({ socketPath: join(dir, 'state/netheal.sock'), path: `/api/devices/${id}` }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(JSON.parse(body)));
    })
      .on('error', reject)
      .end();
  });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  let error: unknown;
  for (const end = Date.now() + 15_000; Date.now() < end; await pause(30)) {
    try {
      if (await holds()) return;
    } catch (thrown) {
      error = thrown;
    }
  }
  throw new Error(`never happened: ${what}`, { cause: error });
}

const isUp = (running: Running, id: string) =>
  until(`${id} is up and answers`, async () => {
    const { reachability, probes } = await device(running, id);
    return reachability === 'up' && probes[0]?.ok === true;
  });
/** The probe says that it could not look, and why. */
const tells = (running: Running, id: string, words: RegExp) =>
  until(`${id} tells ${words}`, async () => {
    const [probe] = (await device(running, id)).probes;
    return probe?.ok === null && words.test(probe.message ?? '');
  });
/** Time for far more checks than it takes to declare a device down, by the checks of a healthy one. */
async function manyChecks(running: Running, healthy: string): Promise<void> {
  const before = (await device(running, healthy)).stats.totalChecks;
  await until(
    `8 checks of ${healthy}`,
    async () => (await device(running, healthy)).stats.totalChecks >= before + 8,
  );
}
const alarms = ({ events }: Running) =>
  events.filter(
    ({ type, to }: EventRecord) =>
      to === 'down' ||
      to === 'unreachable' ||
      /^(incident-|heal-|threshold-|needs-human|self-offline)/.test(type),
  );
const goesDown = (running: Running, id: string) =>
  running.waitFor(`${id} down`, (event) => event.device === id && event.to === 'down');

describeWith(['ip', 'nft', 'fping', 'ping'], 'in a network of our own', () => {
  beforeAll(() => {
    for (const name of [HERE, THERE]) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    ip('-n', HERE, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', THERE);
    ip('-n', HERE, 'addr', 'add', '10.77.0.1/24', 'dev', 'near');
    ip('-n', THERE, 'addr', 'add', `${FAR}/24`, 'dev', 'far');
    ip('-n', HERE, 'link', 'set', 'near', 'up');
    ip('-n', THERE, 'link', 'set', 'far', 'up');
  });
  afterAll(() => {
    for (const name of [HERE, THERE]) ip('netns', 'del', name);
  });
  afterEach(() => {
    spawnSync('ip', inside('nft', 'flush', 'ruleset').slice(1));
    ip('-n', HERE, 'route', 'replace', '10.77.0.0/24', 'dev', 'near');
  });

  const faults = [
    {
      what: 'a firewall of our own (EPERM)',
      words: /firewall|not permitted/i,
      begin: () =>
        nft(`table ip own { chain o { type filter hook output priority 0; ip daddr ${FAR} drop; }; }\n`),
      end: () => nft('delete table ip own\n'),
    },
    {
      what: 'no route (ENETUNREACH)',
      words: /no route|unreachable/i,
      begin: () => void ip('-n', HERE, 'route', 'del', '10.77.0.0/24'),
      end: () => void ip('-n', HERE, 'route', 'add', '10.77.0.0/24', 'dev', 'near'),
    },
  ];
  for (const engine of ['icmp', 'fping', 'ping']) {
    test.each(faults)(
      `${engine}: $what is told, nothing is down, and afterwards it goes on`,
      async (fault) => {
        const running = await start(
          { engine },
          [
            { id: 'far', ip: FAR },
            { id: 'self', ip: '127.0.0.1' },
          ],
          inside(),
        );
        await isUp(running, 'far');
        await isUp(running, 'self');
        fault.begin();
        await tells(running, 'far', fault.words);
        await manyChecks(running, 'self');
        expect(alarms(running)).toEqual([]);
        fault.end();
        await isUp(running, 'far');
        expect(alarms(running)).toEqual([]);
        nft(`table ip theirs { chain i { type filter hook input priority 0; ip saddr ${FAR} drop; }; }\n`);
        await goesDown(running, 'far');
      },
    );
  }
});

describe('in this process', () => {
  const service = createServer((socket) => socket.end());
  let port = 0;
  const devices = () => [
    { id: 'icmp', ip: '127.0.0.1' },
    { id: 'tcp', ip: '127.0.0.1', icmp: false, probes: [{ type: 'tcp', port }] },
  ];
  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as { port: number }).port;
  });
  afterAll(() => void service.close());

  const limitFiles = ({ pid }: ChildProcess, most: number) =>
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`], { stdio: 'pipe' });
  /** With this for a limit there is no number left for one more descriptor. */
  const lowestFree = ({ pid }: ChildProcess) => {
    const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    let free = 0;
    while (open.has(free)) free++;
    return free;
  };

  for (const engine of ['icmp', 'fping', 'ping']) {
    describeWith(['prlimit', ...(engine === 'icmp' ? [] : [engine])], engine, () => {
      test('without file descriptors nothing is down, and afterwards it goes on', async () => {
        const running = await start({ engine }, devices());
        await isUp(running, 'icmp');
        await isUp(running, 'tcp');
        const { totalChecks } = (await device(running, 'tcp')).stats;
        limitFiles(running.child, lowestFree(running.child));
        // The API has no descriptor for a question either: so much time must pass by itself.
        await pause(2_500);
        expect(alarms(running)).toEqual([]);
        limitFiles(running.child, 1_024);
        await isUp(running, 'icmp');
        await isUp(running, 'tcp');
        expect(alarms(running)).toEqual([]);
        // Else the limit would have hurt nobody: 2.5 s are six checks.
        expect((await device(running, 'tcp')).stats.totalChecks - totalChecks).toBeLessThan(5);
      });
    });
  }

  for (const engine of ['fping', 'ping']) {
    describeWith([engine], `${engine}, a program`, () => {
      test('that is gone (ENOENT) or may not be run (EACCES) is told, and works again when it is back', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'netheal-path-'));
        const program = join(folder, engine);
        const real = execFileSync('which', [engine], { encoding: 'utf8' }).trim();
        symlinkSync(real, program);
        const running = await start({ engine }, devices(), ['/usr/bin/env', `PATH=${folder}`]);
        await isUp(running, 'icmp');
        rmSync(program);
        await tells(running, 'icmp', /ENOENT/);
        await manyChecks(running, 'tcp');
        writeFileSync(program, 'not a program', { mode: 0o644 });
        await tells(running, 'icmp', /EACCES/);
        await manyChecks(running, 'tcp');
        expect(alarms(running)).toEqual([]);
        rmSync(program);
        symlinkSync(real, program);
        await isUp(running, 'icmp');
        expect(alarms(running)).toEqual([]);
        rmSync(folder, { recursive: true });
      });
    });
  }

  // Of a dozen some answer is always on its way, and the first failure would count.
  const onTheirWay = new Set<NodeJS.Timeout>();
  const slow = createHttpServer((_request, response) => {
    const answer = setTimeout(() => {
      onTheirWay.delete(answer);
      response.end();
    }, 150);
    onTheirWay.add(answer);
  });
  /** As when they come while nobody is there and the buffers are full. */
  const loseAnswers = async () => {
    await until('answers are on their way', async () => onTheirWay.size > 2);
    for (const answer of onTheirWay) clearTimeout(answer);
    onTheirWay.clear();
  };
  const slowOnes = Array.from({ length: 12 }, (_, i) => `slow-${i}`);
  const startSlow = async (files?: Readonly<Record<string, string>>) => {
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void slow.close());
    const { port: slowPort } = slow.address() as AddressInfo;
    const probes = [{ type: 'http', url: `http://127.0.0.1:${slowPort}/` }];
    const running = await start(
      { failureThreshold: 1, interval: '700ms', timeout: '600ms' },
      [...devices(), ...slowOnes.map((id) => ({ id, ip: '127.0.0.1', icmp: false, probes }))],
      [],
      files,
    );
    for (const id of ['icmp', 'tcp', ...slowOnes]) await isUp(running, id);
    return running;
  };

  test('a plugin that blocks the loop for 3 s is told as a stall, and nothing is down', async () => {
    const blocker = `
      import { existsSync, rmSync } from 'node:fs';
      const order = new URL('./block', import.meta.url);
      export default { name: 'blocker', apiVersion: 1, apply(api) {
        const timer = setInterval(() => {
          if (!existsSync(order)) return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
          rmSync(order);
        }, 20);
        api.onStop(() => clearInterval(timer));
      } };`;
    const running = await startSlow({ 'blocker.mjs': blocker });
    const order = join(running.dir, 'block');
    for (let i = 0; i < 2; i++) {
      await loseAnswers();
      writeFileSync(order, '');
      await until('the loop was blocked', async () => !existsSync(order));
      await manyChecks(running, 'tcp');
    }
    expect(running.events.filter(({ type }) => type === 'stalled')).not.toEqual([]);
    expect(alarms(running)).toEqual([]);
  });

  test('a process that was stopped and goes on tells it, and nothing is down', async () => {
    const running = await startSlow();
    for (let i = 0; i < 2; i++) {
      await loseAnswers();
      running.child.kill('SIGSTOP');
      await pause(2_000);
      running.child.kill('SIGCONT');
      await manyChecks(running, 'tcp');
    }
    expect(running.events.filter(({ type }) => type === 'stalled')).not.toEqual([]);
    for (const id of ['icmp', ...slowOnes]) await isUp(running, id);
    expect(alarms(running)).toEqual([]);
  });
});
